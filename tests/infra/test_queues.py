from __future__ import annotations

import json

from .templates import Resource, Templates

QUEUES = "AWS::SQS::Queue"


def is_dead_letter_queue(queue: Resource) -> bool:
    return str(queue.properties["QueueName"]).endswith("-dead-letters")


def key(queue: Resource) -> tuple[str, str]:
    return queue.stack, queue.logical_id


def test_every_queue_has_a_dead_letter_queue(stage: Templates) -> None:
    for queue in stage.resources(QUEUES):
        if not is_dead_letter_queue(queue):
            target = stage.resource(queue.properties["RedrivePolicy"]["deadLetterTargetArn"], queue.stack)
            assert is_dead_letter_queue(target)
            name = str(queue.properties["QueueName"]).rpartition("-")[2]
            assert queue.properties["RedrivePolicy"]["maxReceiveCount"] == {"email": 300, "events": 100}[name]


def test_nothing_but_the_event_queue_fills_the_dead_letters_that_the_proof_of_events_looks_at(stage: Templates) -> None:
    [own] = [one for one in stage.resources(QUEUES) if one.properties["QueueName"].endswith("-events-dead-letters")]
    redriven = [one for one in stage.resources(QUEUES) if key(own) in stage.references(one.body, one.stack)]
    assert [str(one.properties["QueueName"]).rpartition("-")[2] for one in redriven] == ["events"]
    actions = {
        action
        for policy in stage.resources("AWS::IAM::Policy")
        for statement in policy.properties["PolicyDocument"]["Statement"]
        if key(own) in stage.references(statement["Resource"], policy.stack)
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    # record_events alone may put something there, which test_permissions.py holds: it takes from that queue.
    assert actions == {"sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:SendMessage"}


def test_an_unreadable_message_reaches_the_dead_letters_before_it_expires(stage: Templates) -> None:
    for queue in stage.resources(QUEUES):
        if not is_dead_letter_queue(queue):
            properties = queue.properties
            longest = properties["VisibilityTimeout"] * properties["RedrivePolicy"]["maxReceiveCount"]
            assert longest < properties["MessageRetentionPeriod"], queue.logical_id


def test_every_queue_has_a_consumer(stage: Templates) -> None:
    sources = stage.resources("AWS::Lambda::EventSourceMapping")
    consumed = {stage.resolve(one.properties["EventSourceArn"], one.stack) for one in sources}
    for queue in stage.resources(QUEUES):
        assert is_dead_letter_queue(queue) or key(queue) in consumed, queue.logical_id


def test_no_message_comes_back_while_its_function_may_still_have_it(stage: Templates) -> None:
    for source in stage.resources("AWS::Lambda::EventSourceMapping"):
        origin = stage.resource(source.properties["EventSourceArn"], source.stack)
        if origin.body["Type"] == QUEUES:
            function = stage.resource(source.properties["FunctionName"], source.stack)
            is_short = origin.properties["QueueName"] == "ariia-local-events"
            least = function.properties["Timeout"] * (1 if is_short else 6)
            assert origin.properties["VisibilityTimeout"] >= least, origin.logical_id


def test_every_dead_letter_queue_is_watched_by_an_alarm(production: Templates) -> None:
    watched = set()
    for alarm in production.resources("AWS::CloudWatch::Alarm"):
        for metric in alarm.properties.get("Metrics", []):
            for dimension in metric.get("MetricStat", {}).get("Metric", {}).get("Dimensions", []):
                if dimension["Name"] == "QueueName":
                    watched.add(production.resolve(dimension["Value"], alarm.stack))
    for queue in production.resources(QUEUES):
        assert not is_dead_letter_queue(queue) or key(queue) in watched, queue.logical_id


def test_every_queue_is_encrypted_and_refuses_plain_http(stage: Templates) -> None:
    policies = stage.resources("AWS::SQS::QueuePolicy")
    secured = {
        stage.resolve(queue, policy.stack)
        for policy in policies
        for queue in policy.properties["Queues"]
        if "aws:SecureTransport" in json.dumps(policy.properties["PolicyDocument"])
    }
    for queue in stage.resources(QUEUES):
        assert queue.properties["SqsManagedSseEnabled"] is True, queue.logical_id
        assert key(queue) in secured, queue.logical_id


def test_dead_letters_are_kept_for_two_weeks(stage: Templates) -> None:
    for queue in filter(is_dead_letter_queue, stage.resources(QUEUES)):
        assert queue.properties["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_events_keep_their_envelope(stage: Templates) -> None:
    [subscription] = [one for one in stage.resources("AWS::SNS::Subscription") if one.properties["Protocol"] == "sqs"]
    assert subscription.properties.get("RawMessageDelivery", False) is False


def test_opens_and_clicks_are_tracked_by_one_configuration_set_only(stage: Templates) -> None:
    matching = {}
    for destination in stage.resources("AWS::SES::ConfigurationSetEventDestination"):
        name = stage.resource(destination.properties["ConfigurationSetName"], destination.stack).properties["Name"]
        matching[name.rsplit("-", 1)[1]] = set(destination.properties["EventDestination"]["MatchingEventTypes"])
    assert matching["tracked"] - matching["untracked"] == {"open", "click"}
    assert matching["untracked"] == {
        "send",
        "reject",
        "bounce",
        "complaint",
        "delivery",
        "deliveryDelay",
        "renderingFailure",
    }


def test_the_accounts_suppression_list_decides_for_no_tenant(stage: Templates) -> None:
    for configuration_set in stage.resources("AWS::SES::ConfigurationSet"):
        assert configuration_set.properties["SuppressionOptions"] == {"SuppressedReasons": []}
