"""pki.py - a small certificate authority for tests, demo and perf, by the openssl program alone: servers, stations, expired
ones, wrong names, revoked ones and the list of them (CRL). EC P-256, about 20 ms a certificate.

    ca = Authority()                      # or Authority(folder)
    hq = ca.server()                      # Pair(cert, key): localhost, 127.0.0.1, ::1
    bench = ca.client("bench-1")          # its subject's CN is the station's name
    ca.revoke(bench); crl = ca.crl()      # a new list each time
"""
import collections
import datetime
import os
import pathlib
import shutil
import subprocess
import tempfile

NOBODY = 65534
Pair = collections.namedtuple("Pair", "cert key")
DAY = datetime.timedelta(days=1)

CONFIG = """\
[ca]
default_ca = own
[own]
database = {dir}/index.txt
new_certs_dir = {dir}/issued
certificate = {dir}/ca.pem
private_key = {dir}/ca.key
crlnumber = {dir}/crlnumber
rand_serial = yes
default_md = sha256
default_days = 30
default_crl_days = 30
policy = any
unique_subject = no
[any]
commonName = optional
organizationName = optional
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


def openssl(*args):
    done = subprocess.run(["openssl", *map(str, args)], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    if done.returncode != 0:
        raise AssertionError(f"openssl {args}: {done.stderr}")
    return done.stdout


def stamp(when):
    return when.strftime("%Y%m%d%H%M%SZ")


class Authority:
    """A folder with ca.pem, ca.key and what was issued. Keys are 0640; where we are root they belong to nobody, as the
    programs under test do."""

    def __init__(self, folder=None, name="Test Authority", give=True):
        self.own = folder is None
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="pki-") if self.own else folder).resolve()
        self.give = give and os.geteuid() == 0
        (self.dir / "issued").mkdir(parents=True, exist_ok=True)
        self.dir.chmod(0o755)
        (self.dir / "index.txt").write_text("")
        (self.dir / "crlnumber").write_text("01\n")
        self.conf = self.dir / "openssl.cnf"
        self.conf.write_text(CONFIG.format(dir=self.dir))
        self.count = 0
        self.cert, self.key = self.dir / "ca.pem", self.dir / "ca.key"
        openssl("req", "-x509", "-config", self.conf, "-extensions", "root", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}", "-days", "30", "-keyout", self.key, "-out", self.cert)
        self._open(self.cert, self.key)

    def _open(self, cert, key):
        cert.chmod(0o644)
        key.chmod(0o640)
        if self.give:
            os.chown(key, NOBODY, NOBODY)

    def issue(self, subject, extensions, days=(-1, 30)):
        """A pair signed by us. subject as openssl writes it (/CN=...); days: valid from, until, counted from now."""
        self.count += 1
        base = self.dir / f"{self.count}"
        cert, key, request = (base.with_suffix(s) for s in (".pem", ".key", ".csr"))
        more = base.with_suffix(".ext")
        more.write_text("[leaf]\n" + CONFIG.split("[leaf]\n")[1] + extensions)
        now = datetime.datetime.now(datetime.timezone.utc)
        # -utf8 and -multivalue-rdn are what makes any name possible
        openssl("req", "-new", "-config", self.conf, "-utf8", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-subj", subject, "-keyout", key, "-out", request)
        openssl("ca", "-batch", "-notext", "-utf8", "-config", self.conf, "-extfile", more, "-extensions", "leaf", "-startdate",
                stamp(now + days[0] * DAY), "-enddate", stamp(now + days[1] * DAY), "-in", request, "-out", cert)
        self._open(cert, key)
        return Pair(cert, key)

    def server(self, *names, name="headquarters", days=(-1, 30)):
        """A server's pair; names: DNS names and addresses (localhost's when none is told)."""
        names = names or ("localhost", "127.0.0.1", "::1")
        alt = ",".join(("IP:" if ":" in n or n.replace(".", "").isdigit() else "DNS:") + n for n in names)
        return self.issue(f"/CN={name}", f"extendedKeyUsage = serverAuth\nsubjectAltName = {alt}\n", days)

    def client(self, name, days=(-1, 30), subject=None, usage="clientAuth"):
        """A station's pair; subject: another subject than /CN=name; usage: another purpose than a client's."""
        return self.issue(subject or f"/CN={name}", f"extendedKeyUsage = {usage}\n", days)

    def expired(self, name):
        return self.client(name, days=(-3, -1))

    def not_yet(self, name):
        return self.client(name, days=(1, 3))

    def expired_server(self, *names):
        return self.server(*names, days=(-3, -1))

    def not_yet_server(self, *names):
        return self.server(*names, days=(1, 3))

    def revoke(self, pair):
        openssl("ca", "-config", self.conf, "-revoke", pair.cert)

    def crl(self, days=30):
        """The list of revoked certificates as it is now, in a file that is replaced each time; days < 0: out of date."""
        path, fresh = self.dir / "crl.pem", self.dir / "crl.new"
        now = datetime.datetime.now(datetime.timezone.utc)
        openssl("ca", "-config", self.conf, "-gencrl", "-crl_lastupdate", stamp(now + min(-1, days - 1) * DAY),
                "-crl_nextupdate", stamp(now + days * DAY), "-out", fresh)
        fresh.chmod(0o644)
        fresh.replace(path)
        return path

    def self_signed(self, name, *names):
        """A pair that nobody has signed; it would do as a server's and as a station's."""
        self.count += 1
        cert, key = self.dir / f"{self.count}.pem", self.dir / f"{self.count}.key"
        alt = ",".join(("IP:" if ":" in n or n.replace(".", "").isdigit() else "DNS:") + n
                       for n in names or ("localhost", "127.0.0.1", "::1"))
        openssl("req", "-x509", "-config", self.conf, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                f"/CN={name}", "-days", "30", "-addext", f"subjectAltName={alt}", "-keyout", key, "-out", cert)
        self._open(cert, key)
        return Pair(cert, key)

    def close(self):
        if self.own:
            shutil.rmtree(self.dir, ignore_errors=True)
