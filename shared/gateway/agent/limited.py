"""How does a command of the machine end? In time, or it is ended with all that it started."""
import os
import signal
import subprocess


class Ended:
    """A command's end; `code` is None when it didn't end in time or couldn't be started."""

    __slots__ = ("code", "out", "trouble")

    def __init__(self, code, out="", trouble=""):
        self.code = code
        self.out = out
        self.trouble = trouble

    @property
    def is_good(self):
        return self.code == 0


def run(words, seconds, given=None):
    """Runs a command for so many seconds at most. It never raises: what went wrong stands in `trouble`."""
    pipes = {"stdin": subprocess.PIPE if given is not None else subprocess.DEVNULL}
    try:
        process = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True, **pipes
        )
    except OSError as error:
        return Ended(None, trouble="%s can't be started: %s" % (words[0], error))
    try:
        out, _ = process.communicate(None if given is None else given.encode(), seconds)
    except subprocess.TimeoutExpired:
        end_group(process)
        return Ended(None, trouble="%s didn't end within %g s" % (" ".join(words[:3]), seconds))
    text = out.decode("utf-8", "replace")
    if process.returncode == 0:
        return Ended(0, text)
    said = text.strip().split("\n")[-1][:200]
    return Ended(process.returncode, text, "%s ended with %d: %s" % (" ".join(words[:3]), process.returncode, said))


def end_group(process):
    """A command's children hold its pipes open, so all of them go."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except OSError:
        pass
    try:
        process.communicate(timeout=1)
    except (subprocess.TimeoutExpired, ValueError, OSError):
        pass
