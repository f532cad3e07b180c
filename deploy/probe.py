"""Health check of a container: asks its own web server as the proxy would. Exit 0 when it is well.

Usage: probe.py [--any-answer] URL      (--any-answer: whatever is not a server error)
"""

import http.client
import os
import sys
from urllib.parse import urlsplit

SECONDS = 8


def main(arguments: list[str]) -> int:
    any_answer = "--any-answer" in arguments
    address = urlsplit(arguments[-1])
    # The site answers to its own names only, and sends plain http elsewhere.
    headers = {"Host": urlsplit(os.environ["SITE_URL"]).netloc, "X-Forwarded-Proto": "https"}
    connection = http.client.HTTPConnection(address.netloc, timeout=SECONDS)
    try:
        connection.request("GET", f"{address.path}?{address.query}".rstrip("?"), headers=headers)
        status = connection.getresponse().status
    except OSError as problem:
        sys.stderr.write(f"no answer: {problem}\n")
        return 1
    finally:
        connection.close()
    sys.stderr.write(f"{status}\n")
    return 0 if status == 200 or (any_answer and status < 500) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
