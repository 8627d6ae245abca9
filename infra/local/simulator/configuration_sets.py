"""Configuration sets and where their events go."""

from __future__ import annotations

import re
from typing import Any

from infra.local.simulator.errors import already_exists, bad_request, limit_exceeded, not_found
from infra.local.simulator.shapes import JsonObject, obj, strings

MAX_EVENT_DESTINATIONS = 10
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
# eventType of a record -> name in MatchingEventTypes
MATCHING_TYPE = {
    "Send": "SEND",
    "Reject": "REJECT",
    "Bounce": "BOUNCE",
    "Complaint": "COMPLAINT",
    "Delivery": "DELIVERY",
    "Open": "OPEN",
    "Click": "CLICK",
    "Rendering Failure": "RENDERING_FAILURE",
    "DeliveryDelay": "DELIVERY_DELAY",
}
_MATCHING_TYPES = frozenset({*MATCHING_TYPE.values(), "SUBSCRIPTION"})


class ConfigurationSets:
    """The account's configuration sets. Not thread-safe by itself: the simulator's lock guards it."""

    def __init__(self) -> None:
        self._sets: dict[str, JsonObject] = {}
        self._destinations: dict[str, dict[str, JsonObject]] = {}

    def create(self, name: str, body: JsonObject) -> None:
        """Raises AlreadyExistsException, BadRequestException."""
        if not _NAME.match(name):
            raise bad_request(f"Invalid configuration set name <{name}>.")
        if name in self._sets:
            raise already_exists(f"Configuration set <{name}> already exists.")
        self._sets[name] = body
        self._destinations[name] = {}

    def get(self, name: str) -> JsonObject:
        """The set as it was created. Raises NotFoundException."""
        if name not in self._sets:
            raise not_found(f"Configuration set <{name}> does not exist.")
        return self._sets[name]

    def exists(self, name: str) -> bool:
        """Whether the set was created here."""
        return name in self._sets

    def names(self) -> list[str]:
        """All names in order."""
        return sorted(self._sets)

    def delete(self, name: str) -> None:
        """Raises NotFoundException."""
        self.get(name)
        del self._sets[name], self._destinations[name]

    def add_destination(self, name: str, destination_name: str, destination: JsonObject) -> None:
        """Raises NotFoundException, AlreadyExistsException, LimitExceededException, BadRequestException."""
        self.get(name)
        destinations = self._destinations[name]
        if destination_name in destinations:
            raise already_exists(f"Event destination <{destination_name}> already exists.")
        if len(destinations) >= MAX_EVENT_DESTINATIONS:
            raise limit_exceeded(f"A configuration set has at most {MAX_EVENT_DESTINATIONS} event destinations.")
        destinations[destination_name] = _checked(destination)

    def topic(self, name: str, destination_name: str) -> str | None:
        """The topic of an event destination, where it has one. Raises NotFoundException."""
        topic_arn = obj(self._destination(name, destination_name), "SnsDestination").get("TopicArn")
        return None if topic_arn is None else str(topic_arn)

    def change_destination(self, name: str, destination_name: str, destination: JsonObject) -> None:
        """Raises NotFoundException, BadRequestException."""
        self._destination(name, destination_name)
        self._destinations[name][destination_name] = _checked(destination)

    def delete_destination(self, name: str, destination_name: str) -> None:
        """Raises NotFoundException."""
        self._destination(name, destination_name)
        del self._destinations[name][destination_name]

    def destinations(self, name: str) -> list[dict[str, Any]]:
        """Event destinations as GetConfigurationSetEventDestinations lists them. Raises NotFoundException."""
        self.get(name)
        return [{"Name": key, **destination} for key, destination in self._destinations[name].items()]

    def topics(self, name: str, kind: str, default: str | None) -> list[str] | None:
        """The topics that get this kind of event; None while the only candidate, the default, is not set.

        A set without an own destination (CloudFormation made it elsewhere) publishes everything to the default.
        """
        destinations = self._destinations.get(name)
        if not destinations:
            return None if default is None else [default]
        return [
            str(obj(destination, "SnsDestination")["TopicArn"])
            for destination in destinations.values()
            if destination.get("Enabled") and MATCHING_TYPE[kind] in destination["MatchingEventTypes"]
            if "TopicArn" in obj(destination, "SnsDestination")
        ]

    def _destination(self, name: str, destination_name: str) -> JsonObject:
        self.get(name)
        destination = self._destinations[name].get(destination_name)
        if destination is None:
            raise not_found(f"Event destination <{destination_name}> does not exist.")
        return destination


def _checked(destination: JsonObject) -> JsonObject:
    types = strings(destination, "MatchingEventTypes")
    unknown = sorted(set(types) - _MATCHING_TYPES)
    if not types or unknown:
        raise bad_request(f"MatchingEventTypes takes {', '.join(sorted(_MATCHING_TYPES))}; unknown: {unknown}.")
    return {"Enabled": False, **destination}
