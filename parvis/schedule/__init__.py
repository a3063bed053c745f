"""When: local times of a workspace's zone, settled on one moment."""
