"""What identity can do: accounts, sessions, tokens, forgotten passwords, address books, staff."""

from __future__ import annotations

from spoeq_core.identity.documents import find_account
from spoeq_core.identity.service.accounts import (
    authenticate,
    change_password,
    end_all_sessions,
    register_customer,
    require_password,
    set_disabled,
)
from spoeq_core.identity.service.addresses import add_address, change_address, remove_address
from spoeq_core.identity.service.customers import (
    change_extensions,
    customer_by_id,
    customers_by_ids,
    customers_with,
    extend_customer,
    find_customer,
    find_customers,
    stream_customers,
    update_profile,
)
from spoeq_core.identity.service.linking import customer_of_login, identities_of, link_identity, unlink_identity
from spoeq_core.identity.service.logins import (
    Offered,
    Returned,
    begin_login,
    finish_login,
    login_label,
    login_provider,
    login_providers,
    take_pending,
)
from spoeq_core.identity.service.recovery import request_password_reset, reset_link, reset_password, reset_token
from spoeq_core.identity.service.segments import find_segments, list_segments, segments_named, segments_of
from spoeq_core.identity.service.sessions import (
    end_session,
    end_session_of,
    end_sessions,
    find_principal,
    principal_of_cookie,
    read_token,
    sessions_of,
    start_session,
)
from spoeq_core.identity.service.staff import (
    change_role,
    create_staff,
    disable_staff,
    enable_staff,
    find_staff,
    staff_names,
)
from spoeq_core.identity.service.tokens import (
    ACCESS_LIFE,
    Refreshed,
    issue_access_token,
    principal_of_access_token,
    refresh,
)

__all__ = [
    "ACCESS_LIFE",
    "Offered",
    "Refreshed",
    "Returned",
    "add_address",
    "authenticate",
    "begin_login",
    "change_address",
    "change_extensions",
    "change_password",
    "change_role",
    "create_staff",
    "customer_by_id",
    "customer_of_login",
    "customers_by_ids",
    "customers_with",
    "disable_staff",
    "enable_staff",
    "end_all_sessions",
    "end_session",
    "end_session_of",
    "end_sessions",
    "extend_customer",
    "find_account",
    "find_customer",
    "find_customers",
    "find_principal",
    "find_segments",
    "find_staff",
    "finish_login",
    "identities_of",
    "issue_access_token",
    "link_identity",
    "list_segments",
    "login_label",
    "login_provider",
    "login_providers",
    "principal_of_access_token",
    "principal_of_cookie",
    "read_token",
    "refresh",
    "register_customer",
    "remove_address",
    "request_password_reset",
    "require_password",
    "reset_link",
    "reset_password",
    "reset_token",
    "segments_named",
    "segments_of",
    "sessions_of",
    "set_disabled",
    "staff_names",
    "start_session",
    "stream_customers",
    "take_pending",
    "unlink_identity",
    "update_profile",
]
