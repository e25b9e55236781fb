"""Starts jobs of the drill, or the naive tasks of its control: `python -m bench.drill.start_jobs 4 --upto 2000`."""

import argparse

import django


def main() -> None:
    """Start them, and print their ids."""
    django.setup()
    from bench.drill.tasks import naive_count  # noqa: PLC0415  (needs settings)
    from jobs.services import start_job  # noqa: PLC0415
    from partners.models import Seat  # noqa: PLC0415
    from partners.seats import holder_now  # noqa: PLC0415

    parser = argparse.ArgumentParser()
    parser.add_argument("count", type=int)
    parser.add_argument("--upto", type=int, default=1000)
    parser.add_argument("--naive", action="store_true")
    options = parser.parse_args()
    seat = Seat.objects.get(person__email="manager@northwind.example")
    holder = holder_now(seat.person_id, seat.pk)
    assert holder is not None
    for number in range(options.count):
        if options.naive:
            naive_count.apply_async([-1 - number, options.upto], queue="jobs")
        else:
            job = start_job(
                actor=holder.actor, kind="drill.count", title=f"Count {number}", arguments={"upto": options.upto}
            )
            print(job.pk)


if __name__ == "__main__":
    main()
