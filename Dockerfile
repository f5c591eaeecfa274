# syntax=docker/dockerfile:1
# 构建 Build: docker build -t xiamen-public-data-sandbox .
# 演示 Demo:  docker run --rm xiamen-public-data-sandbox demo
# 服务 Serve: docker run --rm -p 127.0.0.1:8000:8000 -v sandbox-state:/state xiamen-public-data-sandbox

FROM python:3.11-slim-bookworm AS packages
WORKDIR /build
COPY requirements-uv.lock requirements.lock ./
RUN python -m venv tools \
 && tools/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-uv.lock
RUN python -m venv --without-pip /opt/venv \
 && tools/bin/uv pip sync --no-cache --python /opt/venv/bin/python --require-hashes --only-binary :all: --compile-bytecode requirements.lock

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --no-create-home --home-dir /state --shell /usr/sbin/nologin sandbox \
 && install -d -o sandbox -g sandbox -m 0700 /state
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY . .
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 XDS_STATE=/state XDS_HOST=0.0.0.0
USER sandbox
VOLUME /state
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
ENTRYPOINT ["python", "-m", "api"]
CMD ["serve"]
