# The server in one image. `docker build .` needs only this checkout and the registries of Python
# and npm; everything from them is checked by hash.
ARG PYTHON=python:3.11-slim-bookworm

# Front-end files, as scripts/install makes them.
FROM ${PYTHON} AS assets
WORKDIR /source
COPY requirements/assets.txt requirements/
RUN pip install --no-cache-dir --require-hashes --requirement requirements/assets.txt
COPY package.json package-lock.json ./
COPY assets assets
COPY scripts/vendor.py scripts/
COPY templates templates
COPY platform platform
RUN python scripts/vendor.py

# Python packages, without what builds them.
FROM ${PYTHON} AS packages
WORKDIR /source
COPY requirements/server.txt requirements/
RUN python -m venv /opt/ahnb/.venv \
    && /opt/ahnb/.venv/bin/pip install --no-cache-dir --require-hashes \
        --requirement requirements/server.txt

FROM ${PYTHON}
RUN groupadd --gid 10001 ahnb && useradd --uid 10001 --gid ahnb --no-create-home ahnb \
    && install --directory --owner ahnb --group ahnb --mode 0700 /data /files
WORKDIR /opt/ahnb
COPY --from=packages /opt/ahnb/.venv .venv
COPY manage.py ./
# The server reads of the client the rules of the linter and the version.
COPY ahnb_client ahnb_client
COPY platform platform
COPY projects projects
COPY runs runs
COPY templates templates
COPY --from=assets /source/platform/ahnb_platform/web/static/vendor \
    platform/ahnb_platform/web/static/vendor
ENV PATH=/opt/ahnb/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    AHNB_DATA_DIR=/data \
    AHNB_FILES_DIR=/files/runs \
    AHNB_INCOMING_DIR=/files/incoming
USER 10001:10001
VOLUME ["/data", "/files"]
EXPOSE 8765
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8765/healthz', timeout=2)"]
ENTRYPOINT ["python", "manage.py"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8765"]
