"""Restoring a table, rehearsed in the emulator. It knows no earlier instants: what the copy holds is put there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from ariia.adapters.dynamodb.models import TABLES, logical_name
from infra.config import ConfigError
from infra.local.ministack import Ministack
from infra.restore.plan import RestoreError, RestorePlan, stage_config

from .restoring import AT, Crashed, Stage
from .templates import Templates

_NUMBERS = count()
NewStage = Callable[[str], Stage]


@pytest.fixture(scope="module")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ministack]:
    with Ministack(tmp_path_factory.mktemp("ministack")) as running:
        yield running


@pytest.fixture
def new_stage(ministack: Ministack) -> NewStage:
    return lambda table: Stage(ministack, f"stage{next(_NUMBERS)}", table)


def is_as_it_was(stage: Stage) -> None:
    """What it held, all its settings, and everything running."""
    assert stage.items() == sorted(stage.good, key=repr)
    table, plan = stage.describe(), stage.plan
    assert table["DeletionProtectionEnabled"] is True
    recovery = stage.dynamodb.describe_continuous_backups(TableName=plan.table)["ContinuousBackupsDescription"]
    assert recovery["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    expiry = stage.dynamodb.describe_time_to_live(TableName=plan.table)["TimeToLiveDescription"]
    assert expiry.get("AttributeName") == plan.expiry
    assert table.get("StreamSpecification", {}).get("StreamViewType") == plan.stream
    tags = stage.dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
    assert {(one["Key"], one["Value"]) for one in tags} >= {("application", "ariia"), ("stage", stage.config.stage)}
    assert stage.states() == {"Enabled"}


@pytest.mark.parametrize("table", ["templates", "jobs", "tenants"])
def test_a_restored_table_is_what_it_was_with_all_its_settings(new_stage: NewStage, table: str) -> None:
    stage = new_stage(table)
    stage.restore()
    is_as_it_was(stage)
    assert any("3 items then, 4 now" in line for line in stage.told)
    assert stage.restore() == 0
    assert stage.plan.copy in stage.tables()


@pytest.mark.parametrize("after", [False, True])
def test_a_restore_that_is_killed_anywhere_ends_well_when_it_is_run_again(new_stage: NewStage, after: bool) -> None:
    """Right before and right after each of its changes; what was good is never in one place alone."""
    changes = new_stage("jobs").restore()
    assert changes > 10
    for crash_at in range(1, changes + 1):
        stage = new_stage("jobs")
        with pytest.raises(Crashed):
            stage.restore(crash_at=crash_at, after=after)
        stage.restore()
        is_as_it_was(stage)
        backups = stage.dynamodb.list_backups()["BackupSummaries"]
        kept = [one["BackupName"] for one in backups if one["BackupName"].startswith(f"{stage.plan.table}-")]
        assert sorted(kept) == [stage.plan.way_back, stage.plan.copy_backup], crash_at


def test_event_sources_of_other_stages_go_on(ministack: Ministack) -> None:
    """Although the other's prefix begins with this one's."""
    name = f"stage{next(_NUMBERS)}"
    other = Stage(ministack, f"{name}-dev", "templates")
    stage = Stage(ministack, name, "templates")
    asked: list[set[str]] = []
    with pytest.raises(RestoreError):
        stage.restore(agrees=lambda question: not asked.append(other.states()) and "Delete" not in question)
    assert stage.states() == {"Disabled"}
    assert asked == [{"Enabled"}] * len(asked)
    assert other.states() == {"Enabled"}


def test_a_restored_ledger_is_counted_from_its_new_stream(new_stage: NewStage) -> None:
    stage = new_stage("ledger")
    old = stage.describe()["LatestStreamArn"]
    stage.read_stream(old)
    with pytest.raises(RestoreError, match="ledger_stream") as told:
        stage.restore()
    is_as_it_was(stage)
    new = stage.describe()["LatestStreamArn"]
    assert new != old
    assert new in str(told.value)
    stage.functions.create_event_source_mapping(
        FunctionName=f"{stage.config.prefix}-aggregate-stats", EventSourceArn=new, StartingPosition="TRIM_HORIZON"
    )
    assert stage.restore() == 0


def test_a_rehearsal_says_what_is_to_do_and_changes_nothing(new_stage: NewStage) -> None:
    stage = new_stage("templates")
    damaged = stage.items()
    assert stage.restore(dry=True, agrees=lambda _: pytest.fail("nothing to agree to")) == 0
    assert stage.items() == damaged
    assert stage.tables() == [stage.plan.table]
    assert [line for line in stage.told if "DELETE" in line] == [f"5. DELETE {stage.plan.table}: to do"]


@pytest.mark.parametrize(("refused", "left"), [("paused", 1), ("shall be", 2), ("Delete", 2)])
def test_nothing_is_deleted_that_nobody_agreed_to(new_stage: NewStage, refused: str, left: int) -> None:
    stage = new_stage("templates")
    damaged = stage.items()
    with pytest.raises(RestoreError, match="stopped"):
        stage.restore(agrees=lambda question: refused not in question)
    assert stage.items() == damaged
    assert len(stage.tables()) == left
    stage.restore()
    is_as_it_was(stage)


def test_a_deleted_table_comes_back_from_the_backup_that_dynamodb_keeps(new_stage: NewStage) -> None:
    stage = new_stage("templates")
    held = stage.items()
    backup = stage.dynamodb.create_backup(TableName=stage.plan.table, BackupName="any")["BackupDetails"]["BackupArn"]
    with pytest.raises(RestoreError, match="no backup of a deleted"):
        stage.restore(at="deletion")
    listed = stage.dynamodb.list_backups

    def list_backups(**request: object) -> object:
        """The emulator makes none when a table is deleted, and knows no types."""
        answer = listed(TableName=request["TableName"])
        for one in answer["BackupSummaries"]:
            one["BackupType"] = "SYSTEM" if one["BackupArn"] == backup else "USER"
        return answer

    stage.dynamodb.list_backups = list_backups
    stage.dynamodb.update_table(TableName=stage.plan.table, DeletionProtectionEnabled=False)
    stage.dynamodb.delete_table(TableName=stage.plan.table)
    with pytest.raises(RestoreError, match="AT=deletion"):
        stage.restore()
    stage.restore(at="deletion")
    stage.good = held
    is_as_it_was(stage)


def test_an_instant_that_is_out_of_reach_is_refused_with_the_window(new_stage: NewStage) -> None:
    stage = new_stage("templates")
    with pytest.raises(RestoreError, match="can be restored to 2026-11-29T08:15:00Z to 2026-11-30T08:15:00Z"):
        stage.restore(at="2026-11-01T00:00:00Z")
    assert stage.tables() == [stage.plan.table]


@pytest.mark.parametrize(
    ("table", "at", "problem"),
    [
        ("letters", AT, "TABLE is 'letters'; it takes one of addresses, audit"),
        ("templates", "yesterday", "AT is 'yesterday'; it takes an instant like"),
        ("templates", "2026-11-30T08:15:00", "lacks its time zone"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(table: str, at: str, problem: str) -> None:
    with pytest.raises(RestoreError, match=problem):
        RestorePlan.of(stage_config("production"), table, at)


def test_a_stage_that_there_is_not_is_refused() -> None:
    with pytest.raises(ConfigError, match="nowhere"):
        stage_config("nowhere")


def test_restored_tables_are_set_up_as_the_data_stack_has_them(production: Templates) -> None:
    tables = {one.properties["TableName"]: one.properties for one in production.resources("AWS::DynamoDB::Table")}
    for model in TABLES:
        plan = RestorePlan.of(stage_config("production"), logical_name(model), AT)
        stack = tables[plan.table]
        assert stack.get("TimeToLiveSpecification", {}).get("AttributeName") == plan.expiry
        assert stack.get("StreamSpecification", {}).get("StreamViewType") == plan.stream
        assert stack["DeletionProtectionEnabled"] is plan.protected
        assert stack["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is plan.recoverable
        assert {(one["Key"], one["Value"]) for one in stack["Tags"]} == set(plan.tags)


def test_event_sources_that_are_stopped_are_those_of_the_stage(production: Templates) -> None:
    plan = RestorePlan.of(stage_config("production"), "ledger", AT)
    sources = production.resources("AWS::Lambda::EventSourceMapping")
    names = {
        production.resource(one.properties["FunctionName"], one.stack).properties["FunctionName"] for one in sources
    }
    assert names <= plan.functions
    assert plan.counter in names
