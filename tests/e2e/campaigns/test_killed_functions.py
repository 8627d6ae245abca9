"""Functions that are killed while a campaign goes out: it goes out all the same, and every figure is right. `make
chaos` does this to the senders and recorders too, which takes as long as their leases and queues."""

from __future__ import annotations

from infra.local.chaos.workers import FunctionProcesses, kill
from infra.local.stack import LaptopStack
from tests.e2e.tenant import Tenant
from tests.e2e.waiting import eventually

# What they had begun is begun again within seconds.
_KILLED = {"plan-audience", "release-batches", "aggregate-stats"}


def test_a_campaign_goes_out_although_its_functions_are_killed(laptop: LaptopStack, tenant: Tenant) -> None:
    tenant.has_people(60)
    campaign = tenant.drafts().sends()
    processes = FunctionProcesses(laptop.directory)
    killed: set[str] = set()

    def each_was_killed() -> bool:
        for worker in processes.running():
            if worker.function in _KILLED - killed and kill(worker):
                killed.add(worker.function)
        return killed == _KILLED

    eventually(each_was_killed, "each of the functions runs, and is killed", every=0.1)
    campaign.ends(seconds=120).agrees()
    assert campaign.statuses() == {"delivered": 60}


def test_an_import_is_finished_although_its_function_is_killed_while_it_works(
    laptop: LaptopStack, tenant: Tenant
) -> None:
    lines = "\n".join(f"m{number}" for number in range(3_000))
    import_id = tenant.begin_import(f"id\n{lines}\n".encode())
    processes = FunctionProcesses(laptop.directory)

    def was_killed_halfway() -> bool:
        if not 0 < tenant.api.get(f"/v1/imports/{import_id}")["created"] < 3_000:
            return False
        return any([kill(worker) for worker in processes.running() if worker.function == "import-members"])

    eventually(was_killed_halfway, "the import is halfway, and is killed", every=0.1)
    job = tenant.finished_import(import_id)
    assert (job["state"], job["created"], job["rejected"]) == ("done", 3_000, 0)
