# Its main thread waits in state D, which nothing can stop, until a child made by vfork has slept; a second thread just waits.
# (It must not want the interpreter's lock: the child would offer it to a thread that it hasn't got, and wait.)
import ctypes, os, platform, sys, threading

threading.Thread(target=threading.Event().wait, daemon=True).start()
# PyDLL: the interpreter's lock is held through the call, as in the child nobody else could give it back.
libc = ctypes.PyDLL(None)
CLONE = 220 if platform.machine() == "aarch64" else 56
CLONE_VFORK = 0x4000
SIGCHLD = 17
print(os.getpid(), flush=True)
for line in sys.stdin:
    if line.strip() == "vfork":
        # Without CLONE_VM the child has memory of its own: it can't harm this process.
        if libc.syscall(CLONE, CLONE_VFORK | SIGCHLD, 0, 0, 0, 0) == 0:
            libc.usleep(1_500_000)
            os._exit(0)
    print("pong", flush=True)
