/** The packages of Debian and of RPM distributions that contain the programs which probes and exercises usually call. */
const packages: Readonly<Record<string, { readonly deb: string; readonly rpm: string }>> = {
	bash: { deb: "bash", rpm: "bash" },
	"cgi-fcgi": { deb: "libfcgi-bin", rpm: "fcgi" },
	chronyc: { deb: "chrony", rpm: "chrony" },
	curl: { deb: "curl", rpm: "curl" },
	dig: { deb: "bind9-dnsutils", rpm: "bind-utils" },
	host: { deb: "bind9-host", rpm: "bind-utils" },
	jq: { deb: "jq", rpm: "jq" },
	ldapsearch: { deb: "ldap-utils", rpm: "openldap-clients" },
	mariadb: { deb: "mariadb-client", rpm: "mariadb" },
	"mariadb-admin": { deb: "mariadb-client", rpm: "mariadb" },
	mosquitto_pub: { deb: "mosquitto-clients", rpm: "mosquitto" },
	mosquitto_sub: { deb: "mosquitto-clients", rpm: "mosquitto" },
	mysql: { deb: "default-mysql-client", rpm: "mariadb" },
	mysqladmin: { deb: "default-mysql-client", rpm: "mariadb" },
	nc: { deb: "netcat-openbsd", rpm: "nmap-ncat" },
	nslookup: { deb: "bind9-dnsutils", rpm: "bind-utils" },
	openssl: { deb: "openssl", rpm: "openssl" },
	perl: { deb: "perl-base", rpm: "perl-interpreter" },
	pg_isready: { deb: "postgresql-client", rpm: "postgresql" },
	psql: { deb: "postgresql-client", rpm: "postgresql" },
	python3: { deb: "python3", rpm: "python3" },
	"redis-cli": { deb: "redis-tools", rpm: "redis" },
	rsync: { deb: "rsync", rpm: "rsync" },
	sftp: { deb: "openssh-client", rpm: "openssh-clients" },
	smbclient: { deb: "smbclient", rpm: "samba-client" },
	snmpget: { deb: "snmp", rpm: "net-snmp-utils" },
	socat: { deb: "socat", rpm: "socat" },
	ssh: { deb: "openssh-client", rpm: "openssh-clients" },
	"ssh-keyscan": { deb: "openssh-client", rpm: "openssh-clients" },
	swaks: { deb: "swaks", rpm: "swaks" },
	"valkey-cli": { deb: "valkey-tools", rpm: "valkey" },
	wget: { deb: "wget", rpm: "wget" },
};

/** Returns the package that contains a client program, by its base name; undefined if unknown. */
export function packageOfClient(program: string, kind: string | undefined): string | undefined {
	const found = Object.hasOwn(packages, program) ? packages[program] : undefined;
	return kind === "deb" || kind === "rpm" ? found?.[kind] : undefined;
}
