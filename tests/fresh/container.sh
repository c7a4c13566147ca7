# tools/fresh container: the Dockerfile's steps in roots, as there is no engine; then the daemon as
# the container would run it. Understands what our Dockerfile uses, and stops at anything else.
ccache=  # The Dockerfile installs none.
stage='' user='' entry='' arguments='' workdir=/
run_dockerfile() {
  local word rest from what where
  while read -r word rest <&3; do
    case $word in
      FROM)
        stage=${rest##* AS } workdir=/
        [[ $stage != "$rest" ]] || stage=final
        new_root "$stage"
        say "stage $stage" ;;
      COPY)
        if [[ $rest == --from=* ]]; then
          read -r from what where <<<"$rest"
          # shellcheck disable=SC2086  # what has a pattern
          cp "$root/${from#--from=}"/${what#/} "$root/$stage$where"
        else
          git -c safe.directory='*' clone --quiet --no-hardlinks "file://$source" "$root/$stage/postern"
          chown -R 0:0 "$root/$stage/postern"
        fi ;;
      RUN) inside "$stage" sh -ec "cd $workdir; $rest" ;;
      WORKDIR) workdir=$rest ;;
      USER) user=$rest ;;
      ENTRYPOINT) entry=$rest ;;
      CMD) arguments=$rest ;;
      '' | '#'* | VOLUME | EXPOSE | STOPSIGNAL) ;;
      *) echo "tools/fresh: the Dockerfile has a new word: $word" >&2; exit 65 ;;
    esac
  done 3<Dockerfile
}
run_dockerfile

say "the daemon as $user"
unshare --net python3 - "$root/$stage" "$user" "$entry" "$arguments" <<'END'
import json, signal, socket, subprocess, sys, time

root, user, entry, arguments = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), json.loads(sys.argv[4])
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
number = subprocess.run(["chroot", root, "id", "-u", user], check=True, capture_output=True, text=True).stdout.strip()
group = subprocess.run(["chroot", root, "id", "-g", user], check=True, capture_output=True, text=True).stdout.strip()
daemon = subprocess.Popen(["chroot", "--userspec", f"{number}:{group}", root] + entry + arguments,
                          env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
for _ in range(100):
    time.sleep(0.1)
    assert daemon.poll() is None, f"the daemon ended: {daemon.returncode}"
    try:
        socket.create_connection(("127.0.0.1", 8893), 1).close()
        break
    except OSError:
        continue
else:
    sys.exit("nobody listens on 8893")
daemon.send_signal(signal.SIGTERM)
assert daemon.wait(40) == 0, f"exit status {daemon.returncode}"
print("it listens, and stops when asked")
END
