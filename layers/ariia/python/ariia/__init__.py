"""The ARIIA campaign engine: domain, ports, services and adapters."""
