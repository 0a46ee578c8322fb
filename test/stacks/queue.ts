import type { Stack } from "./stack.ts";

/** A queue, whoever watches over it, and a worker with an account of its own. */
export const queue: Stack = {
	name: "queue",
	packages: ["python3-redis", "redis-sentinel", "redis-server", "redis-tools"],
	services: ["redis-server", "redis-sentinel"],
	clients: ["worker"],
	configure: `sed -i 's/^# *unixsocket .*/unixsocket \\/run\\/redis\\/redis-server.sock/; s/^# *unixsocketperm .*/unixsocketperm 770/' /etc/redis/redis.conf
useradd -r worker; usermod -aG redis worker
mkdir -p /srv/worker; cat >/srv/worker/worker.py <<'X'
import redis, socket, time
r = redis.Redis(unix_socket_path="/run/redis/redis-server.sock")
while True:
    try:
        job = r.blpop("jobs", 1)
        if job: open("/var/lib/worker/" + job[1].decode(), "w").close(); r.set("done:" + job[1].decode(), 1, ex=60)
    except redis.exceptions.ConnectionError: time.sleep(0.2)
X
cat >/etc/systemd/system/worker.service <<'X'
[Unit]
After=redis-server.service
[Service]
User=worker
StateDirectory=worker
ExecStart=/usr/bin/python3 /srv/worker/worker.py
Restart=on-failure
X
systemctl daemon-reload`,
	questions: {
		"a job for the worker": `redis-cli lpush jobs "$mark" && sleep 1 && test -e "/var/lib/worker/$mark" && test "$(redis-cli get "done:$mark")" = 1`,
		"redis-cli by its socket": "runuser -u worker -- redis-cli -s /run/redis/redis-server.sock ping | grep -q PONG",
		"whoever asks the sentinel":
			"redis-cli -p 26379 sentinel get-master-addr-by-name mymaster | grep -qx 6379 && redis-cli -p 26379 sentinel ckquorum mymaster; redis-cli -p 26379 sentinel master mymaster | grep -A1 '^flags$' | grep -qx master",
		"a change of the sentinel's": `n=$(od -An -N2 -tu2 /dev/urandom | tr -d ' '); redis-cli -p 26379 sentinel set mymaster failover-timeout 1$n | grep -q OK && grep -q "failover-timeout mymaster 1$n" /etc/redis/sentinel.conf`,
	},
	upgraded: "redis-sentinel",
};
