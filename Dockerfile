FROM node:20-bookworm-slim AS web
WORKDIR /src/dashboard/web
COPY dashboard/web/package.json dashboard/web/package-lock.json dashboard/web/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY dashboard/web ./
RUN npm run build

FROM python:3.11-slim-bookworm
WORKDIR /opt/gridhub
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY hub hub
COPY ingest ingest
COPY rules rules
COPY dashboard/*.py dashboard/
COPY dashboard/api dashboard/api
COPY --from=web /src/dashboard/api/static dashboard/api/static
COPY examples examples
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && useradd --system --create-home --home-dir /var/lib/gridhub gridhub
USER gridhub
ENTRYPOINT ["gridhub"]
