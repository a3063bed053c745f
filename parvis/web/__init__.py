"""The desk in a browser. A door: it parses, calls one verb and renders."""
