# clock: virtual steady real
# file: timing.py
# stdout: ok
"""The timed waits of POSIX and C11 threads, each run out and each ended in time, called by `ctypes`."""

import ctypes
import errno
import threading
import time

from timing import check, finish, takes

libc = ctypes.CDLL(None)
SECOND = 1_000_000_000
REAL, MONOTONIC = time.CLOCK_REALTIME, time.CLOCK_MONOTONIC


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


def until(clock, seconds):
    return ctypes.byref(Timespec(*divmod(time.clock_gettime_ns(clock) + round(seconds * SECOND), SECOND)))


def room():
    return ctypes.create_string_buffer(256)


def in_a_thread(action, *arguments):
    """Locks know which thread holds them."""
    thread = threading.Thread(target=action, args=arguments)
    thread.start()
    thread.join()


def runs_out(name, lock, *before, clock=REAL, pass_clock=False):
    arguments = [*before, clock] if pass_clock else before
    with takes(0.25, name):
        found = getattr(libc, name)(lock, *arguments, until(clock, 0.25))
    check(found == errno.ETIMEDOUT, name, "gave", found)


def ends(name, lock, release, *before, clock=REAL):
    thread = threading.Timer(0.25, release)
    with takes(0.25, f"{name} ended in time"):
        thread.start()
        found = getattr(libc, name)(lock, *before, until(clock, 10))
    check(found == 0, name, "gave", found)
    thread.join()


mutex = room()
libc.pthread_mutex_init(mutex, None)
libc.pthread_mutex_lock(mutex)
in_a_thread(runs_out, "pthread_mutex_timedlock", mutex)
in_a_thread(lambda: runs_out("pthread_mutex_clocklock", mutex, clock=MONOTONIC, pass_clock=True))
libc.pthread_mutex_unlock(mutex)
libc.pthread_mutex_lock(mutex)
# An ordinary mutex may be let go by another thread than its owner.
ends("pthread_mutex_timedlock", mutex, lambda: libc.pthread_mutex_unlock(mutex))
libc.pthread_mutex_unlock(mutex)

lock = room()
libc.pthread_rwlock_init(lock, None)
libc.pthread_rwlock_wrlock(lock)
for name in ("rd", "wr"):
    in_a_thread(runs_out, f"pthread_rwlock_timed{name}lock", lock)
    in_a_thread(lambda: runs_out(f"pthread_rwlock_clock{name}lock", lock, clock=MONOTONIC, pass_clock=True))
libc.pthread_rwlock_unlock(lock)


def hold(kind, held):
    """Only the thread that wrote may end writing."""
    getattr(libc, f"pthread_rwlock_{kind}lock")(lock)
    held.set()
    time.sleep(0.25)
    libc.pthread_rwlock_unlock(lock)


for kind, wanted in (("wr", "rd"), ("rd", "wr")):
    held = threading.Event()
    thread = threading.Thread(target=hold, args=(kind, held))
    with takes(0.25, f"pthread_rwlock_timed{wanted}lock ended in time"):
        thread.start()
        held.wait()
        found = getattr(libc, f"pthread_rwlock_timed{wanted}lock")(lock, until(REAL, 10))
    check(found == 0, f"pthread_rwlock_timed{wanted}lock gave", found)
    thread.join()
    libc.pthread_rwlock_unlock(lock)

condition = room()
libc.pthread_cond_init(condition, None)
libc.pthread_mutex_lock(mutex)
runs_out("pthread_cond_timedwait", condition, mutex)
runs_out("pthread_cond_clockwait", condition, mutex, clock=MONOTONIC, pass_clock=True)
ends("pthread_cond_timedwait", condition, lambda: libc.pthread_cond_signal(condition), mutex)
ends("pthread_cond_timedwait", condition, lambda: libc.pthread_cond_broadcast(condition), mutex)

attributes, monotonic = room(), room()
libc.pthread_condattr_init(attributes)
libc.pthread_condattr_setclock(attributes, MONOTONIC)
libc.pthread_cond_init(monotonic, attributes)
runs_out("pthread_cond_timedwait", monotonic, mutex, clock=MONOTONIC)
ends("pthread_cond_timedwait", monotonic, lambda: libc.pthread_cond_signal(monotonic), mutex, clock=MONOTONIC)
libc.pthread_mutex_unlock(mutex)

# A thread of C that sleeps for a second.
sleeper = ctypes.c_ulong()
with takes(1, "pthread_timedjoin_np ended in time"):
    libc.pthread_create(ctypes.byref(sleeper), None, libc.sleep, ctypes.c_void_p(1))
    with takes(0.25, "pthread_timedjoin_np"):
        found = libc.pthread_timedjoin_np(sleeper, None, until(REAL, 0.25))
    check(found == errno.ETIMEDOUT, "pthread_timedjoin_np gave", found)
    with takes(0.25, "pthread_clockjoin_np"):
        found = libc.pthread_clockjoin_np(sleeper, None, MONOTONIC, until(MONOTONIC, 0.25))
    check(found == errno.ETIMEDOUT, "pthread_clockjoin_np gave", found)
    check(libc.pthread_timedjoin_np(sleeper, None, until(REAL, 10)) == 0, "the thread was not joined")

TIMEDOUT = 4
mutex, condition = room(), room()
libc.mtx_init(mutex, 1)
libc.cnd_init(condition)
libc.mtx_lock(mutex)
with takes(0.25, "cnd_timedwait"):
    found = libc.cnd_timedwait(condition, mutex, until(REAL, 0.25))
check(found == TIMEDOUT, "cnd_timedwait gave", found)


def c11_lock():
    with takes(0.25, "mtx_timedlock"):
        found = libc.mtx_timedlock(mutex, until(REAL, 0.25))
    check(found == TIMEDOUT, "mtx_timedlock gave", found)


in_a_thread(c11_lock)
finish()
