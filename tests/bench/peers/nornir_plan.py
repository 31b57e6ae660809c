"""What nornir-napalm's users do: every device compared with its file by the driver, nothing committed.

Arguments: the workspace, the folder of rendered files, how many at once. Prints the names of those that differ.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from nornir import InitNornir
from nornir.core.task import Result, Task
from nornir_napalm.plugins.tasks import napalm_configure  # type: ignore[import-not-found]  # installed by the bench


def compare(task: Task, folder: str) -> Result:
    """Load the device's file as a whole candidate and ask for the difference."""
    file = Path(folder) / f"{task.host.name}.conf"
    found: Result = napalm_configure(task, dry_run=True, configuration=file.read_text(encoding="utf-8"), replace=True)
    return found


def main() -> None:
    workspace, folder, workers = sys.argv[1:]
    nornir = InitNornir(
        inventory={"plugin": "JbnetInventory", "options": {"directory": workspace}},
        runner={"plugin": "threaded", "options": {"num_workers": int(workers)}},
        logging={"enabled": False},
    )
    wanted = {file.stem for file in Path(folder).glob("*.conf")}
    results = nornir.filter(filter_func=lambda host: host.name in wanted).run(compare, folder=folder)
    failed = sorted(name for name, result in results.items() if result.failed)
    if failed:
        raise SystemExit(f"not compared: {', '.join(failed)}: {results[failed[0]][0].exception}")
    print(json.dumps(sorted(name for name, result in results.items() if result[0].diff)))


if __name__ == "__main__":
    main()
