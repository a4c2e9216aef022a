"""The WSGI application that gunicorn serves."""

import gc
import os
import sys

from django.core.wsgi import get_wsgi_application
from django.db import connections

from glu_admin.environment import stop_on_wrong_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "glu_admin.settings")
stop_on_wrong_settings()

application = get_wsgi_application()

from glu_admin.keys.ring import stop_on_wrong_root_key  # noqa: E402  (needs the apps loaded)
from glu_admin.tenancy.first_run import print_setup_token_if_needed  # noqa: E402
from glu_admin.tenancy.public_url import warn_without_public_url  # noqa: E402

stop_on_wrong_root_key()
warn_without_public_url()
print_setup_token_if_needed(sys.stderr)
connections.close_all()  # the server forks after this, and a connection must not be shared
gc.collect()
gc.freeze()  # what is loaded stays, and need not be looked through again: that took a tenth of a second now and then
