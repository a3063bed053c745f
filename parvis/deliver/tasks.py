"""What the job engine runs. Each job is a shell around one line: it ends when a courier has taken
the batch into its hands, for a job that lasted as long as its slowest network would keep others
waiting."""

import logging

from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from parvis.deliver.claims import Claim
from parvis.deliver.courier import Courier

log = logging.getLogger("parvis.deliver")

DELIVER = "deliver"
LOOK_UP = "look_up"


@app.task(name="deliver", queue=DELIVER, pass_context=True)
async def deliver(context: JobContext, claims: list[list[int]]) -> None:
    await _courier(context).take_on([Claim(*claim) for claim in claims])


@app.task(name="look_up", queue=LOOK_UP, pass_context=True)
async def look_up(context: JobContext, claims: list[list[int]]) -> None:
    await _courier(context).take_on_lookups([Claim(*claim) for claim in claims])


@app.periodic(cron="*/10 * * * *")
@app.task(name="sweep_engine", queue=DELIVER, pass_context=True)
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
