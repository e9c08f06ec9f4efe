"""Runs one target generator: python3 -u -c <this text> FILE ROOT SECONDS.

Takes the arguments as a JSON object on standard input. Gives {"value": ...} or {"error": {...}} on
the standard output that it was started with; what the generator prints goes to standard error.
"""

import sys

sys.path[:] = [entry for entry in sys.path if entry]  # not the working directory, which -c adds

import importlib.machinery
import importlib.util
import json
import os
import traceback
import types
import typing


def own_standard_streams():
    """Keeps the standard streams from the generator; returns the arguments and the way out."""
    arguments = json.loads(sys.stdin.buffer.read())
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    out = os.fdopen(os.dup(1), "w", encoding="ascii")  # no child inherits the copy
    os.dup2(2, 1)
    return arguments, out


def end_in_time(seconds):
    """Ends this process a little after its time limit, should nobody be left to end it."""
    import signal

    signal.alarm(seconds)


def know_type_hints():
    """Has generators written for prometheus-http-sd find its types where it is not installed."""
    if importlib.util.find_spec("prometheus_http_sd") is not None:
        return
    hints = types.ModuleType("prometheus_http_sd.targets")
    hints.Target = typing.Dict[str, typing.Any]
    hints.TargetList = typing.List[hints.Target]
    package = types.ModuleType("prometheus_http_sd")
    package.__path__ = []
    package.targets = hints
    sys.modules[package.__name__] = package
    sys.modules[hints.__name__] = hints


def load(path):
    loader = importlib.machinery.SourceFileLoader("generator", path)  # whatever its name ends in
    spec = importlib.util.spec_from_file_location("generator", path, loader=loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def function_of(module):
    if os.environ.get("PROMETHEUS_HTTP_SD_IS_TEST") == "1":
        test = getattr(module, "test_generate_targets", None)
        if test is not None:
            return test
    function = getattr(module, "generate_targets", None)
    if function is None:
        raise AttributeError("no function: function=generate_targets")
    return function


def run(path, root, arguments):
    sys.argv = [path]
    sys.path += [os.path.dirname(path), root]  # last, so that no generator hides a library
    know_type_hints()
    return {"value": function_of(load(path))(**arguments)}


def main(path, root, seconds):
    arguments, out = own_standard_streams()
    end_in_time(int(seconds))
    try:
        text = json.dumps(run(path, root, arguments), allow_nan=False)
    except BaseException as e:  # a generator that calls sys.exit() gives nothing either
        traceback.print_exc()
        text = json.dumps({"error": {"type": type(e).__name__, "message": str(e)}})
    out.write(text)
    out.flush()
    os._exit(0)  # whatever threads the generator has left


main(*sys.argv[1:])
