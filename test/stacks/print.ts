import type { Stack } from "./stack.ts";

/** A print server with a socket for the machine's accounts, and a printer. */
export const print: Stack = {
	name: "print",
	packages: ["cups", "cups-client", "python3", "socat"],
	services: ["cups"],
	clients: ["printer"],
	configure: `mkdir -p /srv/printer; cat >/srv/printer/printer.py <<'X'
import socket
listening = socket.create_server(("127.0.0.1", 9100))
while True:
    c, _ = listening.accept()
    data = b""
    while more := c.recv(4096): data += more
    open("/var/lib/printer/page", "ab").write(data)
    c.close()
X
printf '[Service]\\nDynamicUser=no\\nUser=daemon\\nStateDirectory=printer\\nExecStart=/usr/bin/python3 /srv/printer/printer.py\\n' >/etc/systemd/system/printer.service
systemctl daemon-reload`,
	// cupsd writes its list of printers half a minute later, or when it stops.
	fill: "lpadmin -p paper -E -v socket://127.0.0.1:9100 -m raw; systemctl restart cups",
	questions: {
		"a person who prints": `echo "$mark" | runuser -u nobody -- lp -d paper && for i in 1 2 3 4 5 6 7 8; do grep -q "$mark" /var/lib/printer/page && exit 0; sleep 1; done; exit 1`,
		"lpstat of nobody": "runuser -u nobody -- lpstat -p paper | grep -q paper",
		"lpadmin of root": `lpadmin -p paper -D "$mark" && lpstat -l -p paper | grep -q "$mark"`,
	},
	options: {
		cups: [
			"--probe 'lpstat -h $CAGEWRIGHT_ROOT/run/cups/cups.sock -p paper | grep -q paper'",
			"--exercise 'echo exercise | lp -h $CAGEWRIGHT_ROOT/run/cups/cups.sock -d paper'",
		].join(" "),
	},
	upgraded: "cups",
};
