"""``python -m mqttui`` is the command ``mqttui``."""

from mqttui.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
