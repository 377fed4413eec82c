import threading

from data_access.worker import Job, work


def test_a_failing_job_stops_no_other_and_is_tried_again() -> None:
    stop, done, tried = threading.Event(), [], []

    def fails() -> None:
        tried.append(1)
        if len(tried) == 1:
            raise RuntimeError("the disk is away")
        stop.set()

    work([Job("fails", 0.01, fails), Job("works", 0.01, lambda: done.append(1))], stop)
    assert len(tried) == 2
    assert len(done) >= 1


def test_a_job_waits_for_its_turn() -> None:
    stop, done = threading.Event(), []
    moments = iter([0.0, *[float(n) for n in range(200)]])

    def now() -> float:
        moment = next(moments)
        if moment > 100:
            stop.set()
        return moment

    work([Job("rare", 1_000, lambda: done.append(1))], stop, clock=now)
    assert done == [1]
