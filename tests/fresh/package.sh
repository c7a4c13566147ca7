# tools/fresh package: built in one root, used in another that has a Postfix and nothing of ours.
new_root build
clone_into build
say "tools/package"
inside build tools/package

new_root use
mkdir "$root/use/packages"
cp "$root"/build/root/postern/build/package/*.deb "$root/use/packages/"
cp debian/tests/forged-message tests/fresh/package_inside.sh "$root/use/packages/"
say "a machine with Postfix"
starts_nothing use
inside use /packages/package_inside.sh prepare >"$root/use.log" 2>&1 || { tail -n 50 "$root/use.log"; exit 1; }
starts_nothing use again
say "install, use, upgrade, remove, purge"
# In a network of its own: it is the real Postfix, on port 25.
unshare --net bash -c 'ip link set lo up; exec "$@"' bash \
  chroot "$root/use" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  /packages/package_inside.sh use
