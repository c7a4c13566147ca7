# The daemon and the operator's command in a container, from the Debian packages; without systemd.
# How it is run: docs/operating.md, section 12. Tested by tools/fresh (container), without an engine.
FROM debian:13 AS build
COPY . /postern
WORKDIR /postern
RUN apt-get update && apt-get install -y --no-install-recommends git ca-certificates
RUN tools/package

FROM debian:13
COPY --from=build /postern/build/package/*.deb /tmp/
# policy-rc.d: there is no service manager to start anything.
RUN apt-get update && apt-get install -y --no-install-recommends /tmp/postern*.deb && rm -rf /tmp/*.deb /var/lib/apt/lists/*
# What the unit does: the directories, the user, the mask of the socket.
RUN install -d -o postern -g postern -m 0750 /run/postern /var/spool/postern /var/lib/postern
RUN postern config default | sed 's|^socket = .*|socket = "inet:8893@0.0.0.0"|' >/etc/postern/postern.toml
VOLUME /var/spool/postern /var/lib/postern
EXPOSE 8893
USER postern
STOPSIGNAL SIGTERM
ENTRYPOINT ["/bin/sh", "-c", "umask 0007; exec /usr/sbin/postern-milter \"$@\"", "postern-milter"]
CMD ["-c", "/etc/postern/postern.toml"]
