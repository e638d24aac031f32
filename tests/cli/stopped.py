#!/usr/bin/env python3
"""SIGINT and SIGTERM while a release is made: one line on stderr, death by that signal, and the same command goes on."""
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

root = pathlib.Path(os.environ["SOURCE_ROOT"])
program = os.environ["CCO_RELEASE"]
LINE = "cco-release: stopped in build; run the same command again, what is done is kept"
failed = 0
count = 0


def case(sentence, ok, detail=""):
    global failed, count
    count += 1
    print(f"{'ok' if ok else 'not ok'} {count} - {sentence}")
    if not ok:
        failed = 1
        print(f"# {detail}", file=sys.stderr)


def ignore_interrupts():
    signal.signal(signal.SIGINT, signal.SIG_IGN)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    script = f'. "{root}/tests/cli/hello_project.sh"; hello_project .'
    subprocess.run(["bash", "-c", script], check=True, env={**os.environ, "HOME": folder}, stdout=subprocess.DEVNULL)
    configuration = pathlib.Path("cco-release.toml")
    # The build says that it has begun, and ends when it is told to.
    command = """command = ["sh", "-c", "if [ -p begun ]; then echo >begun; read line <go_on; fi"]\n"""
    configuration.write_text(configuration.read_text().replace("[archive]\n", command + "[archive]\n"))
    release = ("--version", "1.0.0", "--date", "2026-11-20")

    def start(*arguments, **options):
        for fifo in ("begun", "go_on"):
            os.mkfifo(fifo)
        process = subprocess.Popen(
            [program, *arguments, *release],
            env={"PATH": os.environ["PATH"]},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            **options,
        )
        pathlib.Path("begun").read_bytes()
        return process

    def end(process):
        output, errors = process.communicate(timeout=60)
        for fifo in ("begun", "go_on"):
            os.unlink(fifo)
        return process.returncode, output, errors

    for name, number in (("Ctrl-C", signal.SIGINT), ("SIGTERM", signal.SIGTERM)):
        for arguments in (("publish",), ("publish", "--json"), ("package", "--quiet")):
            what = f"{name} in {' '.join(arguments)}"
            process = start(*arguments)
            os.killpg(process.pid, number)
            status, output, errors = end(process)
            case(f"{what}: the signal ends it", status == -number, status)
            case(f"{what}: the last line says where, and what to do, and no other", errors.splitlines()[-1:] == [LINE] and errors.count("stopped") == 1, errors)
            case(f"{what}: standard output is empty", output == "", output)

    process = start("publish", preexec_fn=ignore_interrupts)
    os.kill(process.pid, signal.SIGINT)
    pathlib.Path("go_on").write_text("\n")
    status, output, errors = end(process)
    case("where SIGINT is ignored the release goes on, and to its end", status == 0 and "is public" in output, errors)
    again = subprocess.run([program, "publish", *release], env={"PATH": os.environ["PATH"]}, capture_output=True, text=True)
    case("nothing is left to do then", again.returncode == 0 and "nothing to do" in again.stdout, again)
print(f"1..{count}")
sys.exit(failed)
