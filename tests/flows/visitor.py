"""A browser without script: cookies, redirects, forms as they stand in the page. Rule: what the tests send is what a person
could have sent; only `request` sends anything else."""
import http.client
import json
import re
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

# What a browser sends when somebody opens a page or sends a form.
OPENED = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Answer:
    def __init__(self, method, path, status, headers, body):
        self.method, self.path, self.status, self.headers, self.body = method, path, status, headers, body

    @property
    def text(self):
        return self.body.decode("utf-8")

    def json(self):
        return json.loads(self.body)

    def header(self, name):
        return self.headers.get(name)

    @property
    def page(self):
        return Page(self.text)

    def __repr__(self):
        return f"<{self.method} {self.path} -> {self.status}: {self.body[:300]!r}>"


class Form:
    def __init__(self, action, method):
        self.action, self.method, self.fields, self.buttons = action, method, [], []

    def value(self, name):
        return next((value for field, value in self.fields if field == name), None)


class Page(HTMLParser):
    """The forms and the words of a page."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.forms, self._words, self._form, self._select, self._area, self._skip, self._template = [], [], None, None, None, 0, 0
        self.feed(html)
        self.close()

    @property
    def words(self):
        return re.sub(r"\s+", " ", " ".join(self._words)).strip()

    def form(self, action):
        """The one form with this action (a regular expression for the whole of it)."""
        found = [form for form in self.forms if re.fullmatch(action, form.action)]
        assert len(found) == 1, f"{len(found)} forms go to {action}; there are {[form.action for form in self.forms]}"
        return found[0]

    def has_form(self, action):
        return any(re.fullmatch(action, form.action) for form in self.forms)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag in ("script", "style"):
            self._skip += 1
        if tag == "template":
            self._template += 1
        if self._template:
            return
        name, value = given.get("name"), given.get("value") or ""
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").upper())
            self.forms.append(self._form)
        form = self._form
        if form is None or "disabled" in given:
            return
        if tag == "input" and name:
            kind = given.get("type", "text")
            if kind not in ("checkbox", "radio") or "checked" in given:
                form.fields.append((name, value or ("on" if kind in ("checkbox", "radio") else "")))
        elif tag == "button" and name:
            form.buttons.append((name, value))
        elif tag == "select" and name:
            self._select = (name, [], [])
        elif tag == "option" and self._select:
            self._select[1].append(value)
            if "selected" in given:
                self._select[2].append(value)
        elif tag == "textarea" and name:
            self._area = [name, ""]

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self._skip -= 1
        elif tag == "template":
            self._template -= 1
        elif tag == "form":
            self._form = None
        elif tag == "select" and self._select and self._form:
            name, all_values, chosen = self._select
            for value in chosen or all_values[:1]:
                self._form.fields.append((name, value))
            self._select = None
        elif tag == "textarea" and self._area and self._form:
            # The first line end after <textarea> belongs to the tag.
            self._form.fields.append((self._area[0], self._area[1].removeprefix("\n")))
            self._area = None

    def handle_data(self, data):
        if self._area is not None:
            self._area[1] += data
        if not self._skip:
            self._words.append(data)


class Visitor:
    def __init__(self, port, timeout=60):
        self.port, self.cookies, self.timeout, self._connection = port, {}, timeout, None
        self.at = "/"  # the page that is open, for Referer

    def close(self):
        if self._connection:
            self._connection.close()
            self._connection = None

    def request(self, method, path, body=None, headers=None):
        """One request and its answer, redirects not followed."""
        sent = {"Host": f"127.0.0.1:{self.port}"}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent |= headers or {}
        sent = {name: value for name, value in sent.items() if value is not None}
        if isinstance(body, str):
            body = body.encode()
        for attempt in (1, 2):
            fresh = self._connection is None
            if fresh:
                self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
            try:
                self._connection.request(method, path, body, sent)
                reply = self._connection.getresponse()
                answer = Answer(method, path, reply.status, reply.headers, reply.read())
                if reply.will_close:
                    self.close()
                break
            except (http.client.RemoteDisconnected, ConnectionError):
                # A kept connection may have been closed meanwhile; only that is tried again.
                self.close()
                if fresh or attempt == 2:
                    raise
            except BaseException:
                self.close()
                raise
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, rest = cookie.partition("=")
            value = rest.split(";")[0]
            if not value or "max-age=0" in cookie.lower():
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return answer

    def get(self, path, **headers):
        """A page, redirects followed."""
        answer = self.request("GET", path, headers=OPENED | headers)
        return self._follow(answer)

    def _follow(self, answer):
        for _ in range(5):
            if answer.status not in (301, 303):
                break
            target = urlsplit(urljoin(answer.path, answer.header("Location")))
            path = target.path + ("?" + target.query if target.query else "")
            answer = self.request("GET", path, headers=OPENED)
        if answer.status == 200 and answer.method == "GET":
            self.at = answer.path
        return answer

    def submit(self, form, fields=None, button=None, headers=None, follow=True):
        """Sends a form as a browser does: what stands in it, what was typed over it (a list for more values), the button."""
        typed = dict(fields or {})
        pairs = [(name, value) for name, value in form.fields if name not in typed]
        for name, value in typed.items():
            pairs += [(name, each) for each in (value if isinstance(value, list) else [value])]
        if button:
            assert button in form.buttons, f"no button {button} in {form.buttons}"
            pairs.append(button)
        own = f"http://127.0.0.1:{self.port}"
        answer = self.request(form.method, form.action, urlencode(pairs),
                              {"Content-Type": "application/x-www-form-urlencoded", "Origin": own,
                               "Sec-Fetch-Site": "same-origin", "Referer": own + self.at} | OPENED | (headers or {}))
        return self._follow(answer) if follow else answer

    def sign_in(self, email, password=None):
        from server import PASSWORD
        page = self.get("/inloggen").page
        form = next(each for each in page.forms if each.action == "/inloggen" and each.value("email") == "")
        return self.submit(form, {"email": email, "password": password or PASSWORD})

    def api(self, method, path, data=None, headers=None):
        """A call of the API, below /api/v1."""
        body = None if data is None else json.dumps(data)
        sent = {"Content-Type": "application/json"} if data is not None else {}
        return self.request(method, "/api/v1" + path, body, sent | (headers or {}))


def thread_of(answer):
    """The number of the thread whose page this is."""
    found = re.match(r"/gesprekken/(\d+)/", answer.path)
    assert answer.status == 200 and found, answer
    return int(found[1])


def member(port, email):
    """Who is signed in, by the API."""
    from server import PASSWORD
    visitor = Visitor(port)
    answer = visitor.api("POST", "/session", {"email": email, "password": PASSWORD})
    assert answer.status == 200, answer
    return visitor
