packages="docker.io"
unit=docker.service
start=docker.socket
configure() { mkdir -p /etc/docker; echo '{ "bridge": "none", "iptables": false, "ip6tables": false, "storage-driver": "vfs" }' >/etc/docker/daemon.json; }
probe='curl -fsS --unix-socket "$CAGEWRIGHT_ROOT/run/docker.sock" http://docker/version | grep -q "\"ApiVersion\""'
# Imports an image.
deep='tar -C /etc -c hostname | curl -fsS --unix-socket "$CAGEWRIGHT_ROOT/run/docker.sock" -H "Content-Type: application/x-tar" --data-binary @- "http://docker/images/create?fromSrc=-&repo=census" && curl -fsS --unix-socket "$CAGEWRIGHT_ROOT/run/docker.sock" http://docker/images/json | grep -q "census:latest"'
