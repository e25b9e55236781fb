# One image for web, worker, beat and migrations; docker-compose.yml gives each its command.
FROM python:3.13-slim-trixie

ENV MALLOC_ARENA_MAX=1 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

COPY requirements/runtime.txt requirements/
RUN pip install --require-hashes --only-binary :all: --requirement requirements/runtime.txt

COPY . .
# Static files get their hashed names at build time, and modules are compiled, which no process may write later; the settings want to know a database and a broker, not to reach them.
RUN SECRET_KEY=build DATABASE_URL=postgres://build@localhost/build REDIS_URL=redis://localhost \
    python manage.py collectstatic --noinput --verbosity 0 \
    && python -m compileall -q . \
    && useradd --system --uid 10001 --home-dir /app prm \
    && install -d -o prm /data/media /data/beat

USER prm
ENV MEDIA_ROOT=/data/media
EXPOSE 8000
CMD ["gunicorn", "prm.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--preload", \
     "--no-control-socket", "--worker-tmp-dir", "/dev/shm", "--access-logfile", "-"]
