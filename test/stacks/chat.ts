import type { Stack } from "./stack.ts";

const login = `import base64, socket
c = socket.create_connection(("127.0.0.1", 5222), 5)
def ask(text, *ends):
    c.sendall(text.encode()); got = ""
    while not any(e in got for e in ends):
        more = c.recv(4096).decode()
        assert more, got
        got += more
    return got
ask("<?xml version='1.0'?><stream:stream to='localhost' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>", "</stream:features>")
word = base64.b64encode(b"\\0alice\\0secret").decode()
assert "<success" in ask("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" + word + "</auth>", "<success", "</failure>")
`;

/** A chat server whose accounts are in a database that knows it by its own account. */
export const chat: Stack = {
	name: "chat",
	packages: ["lua-dbi-postgresql", "postgresql", "prosody", "python3"],
	services: ["postgresql@17-main", "prosody"],
	configure: `cat >/etc/prosody/prosody.cfg.lua <<'X'
admins = {}
modules_enabled = { "roster", "saslauth", "disco", "posix", "ping", "admin_shell" }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_hashed"
default_storage = "sql"
sql = { driver = "PostgreSQL", database = "prosody", username = "prosody", host = "/var/run/postgresql" }
pidfile = "/run/prosody/prosody.pid"
log = { info = "*syslog" }
VirtualHost "localhost"
X
cat >/usr/local/bin/log-in <<'X'
#!/usr/bin/python3
${login}X
chmod 755 /usr/local/bin/log-in
systemctl start postgresql@17-main
runuser -u postgres -- psql -qc 'create role prosody login' -c 'create database prosody owner prosody'`,
	fill: "printf 'secret\\nsecret\\n' | prosodyctl adduser alice@localhost",
	questions: {
		"a person who logs in": "runuser -u nobody -- /usr/local/bin/log-in",
		"prosodyctl of root": `printf 'secret\\nsecret\\n' | prosodyctl adduser "$mark@localhost"`,
		"shell of prosody": "prosodyctl shell user list localhost | grep -q alice",
		"psql of postgres": "runuser -u postgres -- psql -tAc 'select count(*) > 0 from prosody' prosody | grep -qx t",
		"pg_dump of prosody": "runuser -u prosody -- pg_dump prosody | grep -q 'COPY public.prosody'",
	},
	options: { "postgresql@17-main": "--allow-secret /etc/ssl/private/ssl-cert-snakeoil.key" },
	upgraded: "prosody",
};
