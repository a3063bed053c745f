"""What the job engine runs. Each job is a shell around one line."""

import logging

from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from parvis.deliver.claims import Claim
from parvis.deliver.courier import Courier

log = logging.getLogger("parvis.deliver")


@app.task(name="deliver", queue="deliver", pass_context=True)
async def deliver(context: JobContext, claims: list[list[int]]) -> None:
    await _courier(context).deliver([Claim(*claim) for claim in claims])


@app.task(name="look_up", queue="deliver", pass_context=True)
async def look_up(context: JobContext, claims: list[list[int]]) -> None:
    await _courier(context).look_up([Claim(*claim) for claim in claims])


@app.periodic(cron="*/10 * * * *")
@app.task(name="sweep_engine", queue="deliver", pass_context=True)
async def sweep_engine(context: JobContext, timestamp: int) -> None:
    """Ends the jobs of lost workers. Their deliveries have long been taken over by lease."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        await manager.finish_job(job, status=Status.FAILED, delete_job=True)
    log.debug("engine swept at %s", timestamp)


def _courier(context: JobContext) -> Courier:
    courier = context.additional_context["courier"]
    assert isinstance(courier, Courier)
    return courier
