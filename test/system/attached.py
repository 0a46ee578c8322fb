"""A service with several processes and threads. Each opens its own files repeatedly and counts how often."""

import os
import sys
import threading
import time

folder = sys.argv[1]


def ask(name):
    number = 0
    while True:
        os.close(os.open(os.path.join(folder, name), os.O_RDONLY))
        os.access("relative-to-" + name, os.R_OK)
        number += 1
        with open(os.path.join(folder, name + ".new"), "w") as count:
            count.write(str(number))
        os.rename(os.path.join(folder, name + ".new"), os.path.join(folder, name + ".count"))
        time.sleep(0.02)


def beget():
    """Forks short-lived processes, one after the other."""
    while True:
        if os.fork() == 0:
            os.access(os.path.join(folder, "short-lived"), os.R_OK)
            os._exit(0)
        os.wait()
        time.sleep(0.02)


os.chdir(folder)
kept = open(os.path.join(folder, "kept-open"))
if os.fork() == 0:
    os.chdir(os.path.join(folder, "elsewhere"))
    if os.fork() == 0:
        ask("grandchild")
    ask("child")
threading.Thread(target=ask, args=("thread",)).start()
if os.fork() == 0:
    beget()
ask("main")
