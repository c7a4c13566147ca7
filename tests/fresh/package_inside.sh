#!/bin/bash
# Inside the root that tools/fresh made: what an administrator does with the packages, in a year.
set -euo pipefail
cd /packages
export DEBIAN_FRONTEND=noninteractive

wrong() { echo "package: $1" >&2; exit 1; }

prepare() {
  apt-get update
  apt-get install -y --no-install-recommends postfix unbound python3 systemd
  # What the packages need is there before them, as there is no network later.
  apt-get install --no-install-recommends --simulate ./postern*.deb |
    awk '$1 == "Inst" && $2 !~ /^postern/ { print $2 }' | xargs -r apt-get install -y --no-install-recommends
}

# A later version of the same packages.
next_version() {
  local deb name
  for deb in postern*.deb; do
    name=${deb%%_*}
    rm -rf next
    dpkg-deb -R "$deb" next
    sed -i -e 's/^Version: .*/&+next/' -e 's/\(postern (= [^)]*\))/\1+next)/' next/DEBIAN/control
    dpkg-deb --root-owner-group -b next "next_$name.deb" >/dev/null
  done
  rm -rf next
}

mail_flows() {
  python3 - <<'END'
import smtplib
with smtplib.SMTP("127.0.0.1", 25, timeout=60) as client:
    client.sendmail("a@shop.example", ["root@localhost"], "From: a@shop.example\r\n\r\nHello\r\n")
END
}

use() {
  touch /before
  apt-get install -y --no-install-recommends ./postern*.deb | tee /install.log
  grep -q "postern postfix enable" /install.log || wrong "the installation does not say what to do next"
  [[ -z $(postconf -h smtpd_milters) ]] || wrong "the installation changed main.cf"
  [[ $(stat -c '%U %a' /var/spool/postern) == "postern 750" ]] || wrong "the spool's owner or mode"
  [[ $(stat -c '%U:%G %a' /etc/postern/postern.toml) == "root:postern 640" ]] ||
    wrong "the configuration's owner or mode"
  postern -V | grep -q "commit" || wrong "-V names no commit"

  ./forged-message

  echo "# ours" >>/etc/postern/postern.toml
  local milters events
  milters=$(postconf -h smtpd_milters)
  events=$(find /var/spool/postern -name '*.jsonl' -size +0 | sort)
  [[ $events ]] || wrong "no event in the spool"
  touch /var/lib/postern/postern.db
  next_version
  dpkg --force-confdef --force-confold -i next_*.deb
  [[ $(postconf -h smtpd_milters) == "$milters" ]] || wrong "the upgrade changed main.cf"
  grep -qx "# ours" /etc/postern/postern.toml || wrong "the upgrade changed the configuration"
  [[ $(find /var/spool/postern -name '*.jsonl' -size +0 | sort) == "$events" ]] ||
    wrong "the upgrade changed the spool"
  [[ -e /var/lib/postern/postern.db ]] || wrong "the upgrade removed the store"

  # The daemon of forged-message has ended: mail waits, until the package is removed.
  ! mail_flows 2>/dev/null || wrong "mail passes although the filter is away"
  apt-get remove -y postern-milter
  [[ -z $(postconf -h smtpd_milters) ]] || wrong "Postfix still asks what is removed"
  sleep 2
  mail_flows || wrong "mail does not flow after the removal"
  [[ -e /etc/postern/postern.toml && -d /var/spool/postern ]] ||
    wrong "the removal took the configuration or the spool"

  apt-get purge -y postern-milter postern
  local left
  left=$(find / -xdev \( -path /packages -o -path /proc -o -path /var/cache -o -path /var/lib/apt \) -prune -o \
    -iname '*postern*' -print)
  [[ -z $left ]] || wrong "left behind: $left"
  mail_flows || wrong "mail does not flow after the purge"
  postfix stop
  echo "packages: all is as it should be"
}

"$1"
