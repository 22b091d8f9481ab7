# Two steps: build a virtual environment from pinned, hashed dependencies; run it as nobody on a read-only root.
FROM python:3.11-slim AS build
WORKDIR /src
COPY requirements.lock ./
RUN python -m venv /opt/briefing && /opt/briefing/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY requirements-build.lock ./
RUN /opt/briefing/bin/pip install --no-cache-dir --require-hashes -r requirements-build.lock
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY templates templates
RUN /opt/briefing/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
 && /opt/briefing/bin/pip uninstall --yes hatchling

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/briefing --create-home briefing \
 && mkdir -p /etc/briefing/outbox && chown briefing /etc/briefing/outbox
COPY --from=build /opt/briefing /opt/briefing
ENV PATH=/opt/briefing/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    BRIEFING_CONFIG=/etc/briefing/feeds.yaml BRIEFING_DATABASE_URL=sqlite:////var/lib/briefing/briefing.db
USER 10001
WORKDIR /var/lib/briefing
VOLUME /var/lib/briefing
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s CMD ["briefing", "status", "--alive"]
CMD ["briefing", "run"]
