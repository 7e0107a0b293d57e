/** Who plays Azure's host for a running agent? A small server at the metadata service's address, in the sandbox. */

/**
 * Shell lines, to be run before the agent starts. The host answers with the files in `$SANDBOX/own/host`: `events` is its
 * list, and what is posted is appended to `posted`. Where `silent` exists, it takes connections and says nothing.
 */
export const hostServices = `
ip address add 169.254.169.254/32 dev lo
mkdir -p "$SANDBOX/own/host"; echo '[]' >"$SANDBOX/own/host/events"
cat >"$SANDBOX/own/host.py" <<'PYTHON'
import http.server, json, os, socketserver, sys, time
FOLDER = sys.argv[1]
RESOURCE = "/subscriptions/0-1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm-berlin-z1-1-g1"
def read(name):
    with open(os.path.join(FOLDER, name)) as file:
        return file.read()
class Host(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *words):
        pass
    def say(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def answer(self, body):
        if os.path.exists(os.path.join(FOLDER, "silent")):
            time.sleep(30)
        if self.headers.get("Metadata") != "true":
            return self.say(400, '{"error": "Bad request. Required metadata header not specified"}')
        with open(os.path.join(FOLDER, "asked"), "a") as file:
            file.write(self.command + " " + self.path + "\\n")
        if self.path.startswith("/metadata/instance/compute?"):
            name = RESOURCE.split("/")[-1]
            return self.say(200, json.dumps({"name": name, "location": "westeurope", "resourceId": RESOURCE}))
        if self.path.startswith("/metadata/identity/oauth2/token?"):
            return self.say(200, json.dumps({"access_token": "secret-token-of-the-machine", "expires_in": "3600"}))
        if body:
            with open(os.path.join(FOLDER, "posted"), "a") as file:
                file.write(body.decode() + "\\n")
            return self.say(200, "")
        self.say(200, '{"DocumentIncarnation": 1, "Events": %s}' % read("events"))
    def do_GET(self):
        self.answer(b"")
    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers["Content-Length"])))
class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 64
Server(("169.254.169.254", 80), Host).serve_forever()
PYTHON
/usr/bin/python3 -I "$SANDBOX/own/host.py" "$SANDBOX/own/host" &
until (exec 3<>/dev/tcp/169.254.169.254/80) 2>/dev/null; do sleep 0.05; done
announce() { # <type> <seconds ahead>
  printf '[{"EventId":"A-1","EventType":"%s","ResourceType":"VirtualMachine","Resources":["vm-berlin-z1-1-g1"],"EventStatus":"Scheduled","NotBefore":"%s"}]' \\
    "$1" "$(LC_ALL=C date -u -d "+$2 seconds" '+%a, %d %b %Y %H:%M:%S GMT')" >"$SANDBOX/own/host/events.new"
  mv "$SANDBOX/own/host/events.new" "$SANDBOX/own/host/events"
}
`;

/** Shell lines after `hostServices`: a control plane at 127.0.0.1:8200 that answers with the status in `$SANDBOX/own/control`. */
export const controlPlane = `
echo 202 >"$SANDBOX/own/control"
cat >"$SANDBOX/own/control.py" <<'PYTHON'
import http.server, sys
FOLDER = sys.argv[1]
class Control(http.server.BaseHTTPRequestHandler):
    def log_message(self, *words):
        pass
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with open(FOLDER + "/reports", "a") as file:
            file.write("%s %s %s\\n" % (self.path, self.headers.get("Authorization"), body))
        with open(FOLDER + "/control") as file:
            self.send_response(int(file.read()))
        self.send_header("Content-Length", "0")
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", 8200), Control).serve_forever()
PYTHON
/usr/bin/python3 -I "$SANDBOX/own/control.py" "$SANDBOX/own" &
CONTROL=$!
until (exec 3<>/dev/tcp/127.0.0.1/8200) 2>/dev/null; do sleep 0.05; done
touch "$SANDBOX/own/reports"
reported() { until [ "$(wc -l <"$SANDBOX/own/reports")" -ge "$1" ]; do sleep 0.1; done; }
`;

/** Shell lines after `hostServices`: Monitor's endpoint of the region, by TLS and its real name; what it took is in `metrics`. */
export const monitor = `
(cd "$SANDBOX/own" && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=westeurope.monitoring.azure.com \
  -addext subjectAltName=DNS:westeurope.monitoring.azure.com -keyout monitor.key -out monitor.crt 2>/dev/null)
cat "$SANDBOX/own/monitor.crt" >>/etc/ssl/certs/ca-certificates.crt
echo '127.0.0.1 westeurope.monitoring.azure.com' >>/etc/hosts
cat >"$SANDBOX/own/monitor.py" <<'PYTHON'
import http.server, json, ssl, sys
FOLDER = sys.argv[1]
class Monitor(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *words):
        pass
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with open(FOLDER + "/metrics", "a") as file:
            file.write(json.dumps([self.path, self.headers.get("Authorization"), body]) + "\\n")
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
server = http.server.HTTPServer(("127.0.0.1", 443), Monitor)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(FOLDER + "/monitor.crt", FOLDER + "/monitor.key")
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
PYTHON
/usr/bin/python3 -I "$SANDBOX/own/monitor.py" "$SANDBOX/own" 2>/dev/null &
touch "$SANDBOX/own/metrics"
until (exec 3<>/dev/tcp/127.0.0.1/443) 2>/dev/null; do sleep 0.05; done
`;
