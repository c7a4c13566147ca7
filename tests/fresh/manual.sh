# tools/fresh manual: the README's commands for a build by hand, on a machine that has a Postfix.
new_root build
clone_into build
starts_nothing build
inside build sh -c 'apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postfix systemd git' \
  >"$root/apt.log" 2>&1 || { tail -n 20 "$root/apt.log"; exit 69; }
commands=$(commands_below "Built by hand")
[[ $commands == *cmake* ]] || { echo "tools/fresh: no commands in the README" >&2; exit 65; }
say "the README's commands"
inside build sh -exc "$commands"
inside build sh -exc 'postern-milter -V; postern -V
  postern-milter -n -c /etc/postern/postern.toml
  test -e /usr/lib/debug/usr/sbin/postern-milter.debug
  test "$(stat -c %s /usr/sbin/postern-milter)" -lt 8000000
  test "$(stat -c "%U:%G %a" /var/spool/postfix/postern)" = "postern:postfix 2750"'
