# One image for every role. What runs is Node, its libraries, the bundle and the packages that it imports: no shell, no npm.
#
#   docker build -t flants:0.1.0 .
#
# The tag is an exact version, that of package.json. Pin its digest where builds must repeat to the byte, or name a mirror:
#   docker build --build-arg NODE_IMAGE=mirror.example/node:24.21.0-bookworm-slim@sha256:… -t flants:0.1.0 .
#   docker build --build-arg NPM_CONFIG_REGISTRY=https://npm.example -t flants:0.1.0 .
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
ARG NPM_CONFIG_REGISTRY=https://registry.npmjs.org/
WORKDIR /build
COPY . .
# Nothing here needs install scripts, and Node is the base's own.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts && node scripts/build.ts
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --omit=dev \
  && rm -f node_modules/flants-dashboard \
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete
# There is no `env` to find Node with.
RUN mkdir /flants && sed -i '1s|.*|#!/usr/local/bin/node|' bin/flants.js && chmod 755 bin/flants.js \
  && mv bin dist node_modules package.json LICENSE /flants/
# Compiled code comes with the image, as nothing can be written there later.
RUN NODE_COMPILE_CACHE=/flants/.compiled node /flants/bin/flants.js --version \
  && NODE_COMPILE_CACHE=/flants/.compiled node /flants/bin/flants.js health \
  && chmod -R a+rX /flants

# What an empty image lacks: Node and its libraries, of which `ldd` tells on any architecture; a user; folders.
RUN set -eu; mkdir -p /image/usr/local/bin /image/etc; install -d -m 1777 /image/tmp; install -d -o 65532 -g 65532 /image/state; \
  cp /usr/local/bin/node /image/usr/local/bin/; \
  ln -s /flants/bin/flants.js /image/usr/local/bin/flants; \
  ldd /usr/local/bin/node | grep -o '/[^ ]*' | sort -u | while read -r library; do cp -L --parents "$library" /image; done; \
  printf 'root:x:0:0::/:/nologin\nflants:x:65532:65532::/state:/nologin\n' > /image/etc/passwd; \
  printf 'root:x:0:\nflants:x:65532:\n' > /image/etc/group; \
  printf 'hosts: files dns\n' > /image/etc/nsswitch.conf

FROM scratch
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="flants" \
  org.opencontainers.image.description="Moves HLS video libraries to S3: every file tracked, every video proven before it is published" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
COPY --from=build /image /
COPY --from=build --chown=65532:65532 /image/state /state
COPY --from=build /flants /flants
ENV PATH=/usr/local/bin NODE_ENV=production NODE_COMPILE_CACHE=/flants/.compiled XDG_STATE_HOME=/state HOME=/state
USER 65532:65532
WORKDIR /state
STOPSIGNAL SIGTERM
# Asks the process of this container at FLANTS_LISTEN; without that there is nobody to ask, and nothing to object to.
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s --retries=3 CMD ["flants", "health"]
ENTRYPOINT ["flants"]
