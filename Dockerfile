FROM python:3.13-slim-trixie AS build
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /app
ENV UV_PROJECT_ENVIRONMENT=/opt/venv UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-default-groups

FROM python:3.13-slim-trixie
# For manage.py backup: pg_dump and pg_restore of the same version as compose.yaml's server.
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client-17 && rm -rf /var/lib/apt/lists/*
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY . .
# The settings need a secret and a root key to load; these two are of this build step only and are kept nowhere.
RUN SECRET_KEY=of-this-build-step-only-and-long-enough-for-the-check-of-settings ALLOWED_HOSTS=localhost GLU_ROOT_KEYS=build:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= STATE_DIR=/tmp/build \
    python manage.py collectstatic --noinput && useradd --system glu-admin \
    && install --directory --owner glu-admin --mode 700 /state
USER glu-admin
CMD ["gunicorn", "--config", "python:glu_admin.web_server", "glu_admin.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "2"]
