"""The whole engine under one seeded scheduler and a virtual clock, with faults at every port call."""
