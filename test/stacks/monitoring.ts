import type { Stack } from "./stack.ts";

const query = (expression: string) => `curl -fsS -G --data-urlencode 'query=${expression}' http://127.0.0.1:9090/api/v1/query`;

/** A collector, the exporter of the machine's figures, and whoever gets the alarms. */
export const monitoring: Stack = {
	name: "monitoring",
	packages: ["prometheus", "prometheus-alertmanager", "prometheus-node-exporter"],
	services: ["prometheus-node-exporter", "prometheus-alertmanager", "prometheus"],
	configure: `echo 'ARGS="--cluster.listen-address="' >/etc/default/prometheus-alertmanager
echo 'ARGS="--rules.alert.resend-delay=1s"' >/etc/default/prometheus
cat >/etc/prometheus/prometheus.yml <<'X'
global: {scrape_interval: 1s, evaluation_interval: 1s}
alerting: {alertmanagers: [{static_configs: [{targets: ["127.0.0.1:9093"]}]}]}
rule_files: [/etc/prometheus/stack.yml]
scrape_configs: [{job_name: node, static_configs: [{targets: ["127.0.0.1:9100"]}]}]
X
cat >/etc/prometheus/stack.yml <<'X'
groups: [{name: stack, rules: [{alert: Always, expr: "up == 1"}]}]
X`,
	questions: {
		"query of the machine's figures": `${query("up")} | grep -q '"1"'`,
		"figures of the host": `uptime=$(cut -d. -f1 /proc/uptime) && curl -fsS http://127.0.0.1:9100/metrics | grep -q '^node_load1 ' && curl -fsS http://127.0.0.1:9100/metrics | grep -q 'node_filesystem_size_bytes{.*mountpoint="/"'`,
		"a script's figures": `echo "stack_$mark 1" >/var/lib/prometheus/node-exporter/stack.prom; sleep 2; ${query("stack_").replace("'query=stack_'", '"query=stack_$mark"')} | grep -q '"1"'`,
		"whoever gets alarms": "curl -fsS http://127.0.0.1:9093/api/v2/alerts | grep -q Always",
		"promtool of nobody": "runuser -u nobody -- promtool query instant http://127.0.0.1:9090 up | grep -q '=> 1'",
	},
	options: { "prometheus-node-exporter": "--allow sys --allow kernel-proc" },
	upgraded: "prometheus-node-exporter",
};
