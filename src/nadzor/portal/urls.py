# SPDX-License-Identifier: Apache-2.0
"""Addresses of the portal; `operation` pages need a role, `public` ones do not."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_safe

from nadzor.portal import (
    batch,
    charts,
    device,
    devices,
    filing_urls,
    help,
    journal,
    law_tools,
    law_tools_amendment,
    law_tools_duty,
    month,
    months,
    norm_page,
    norms,
    overview,
    problems,
    public,
    qualify,
    receipts,
    sessions,
    register_history,
    signal_card,
    signals,
    trace,
    versions,
)
from nadzor.portal.door import operation
from nadzor.portal.door import public as everyone

urlpatterns = [
    path("", overview.page, name="overview"),
    path("signals/", operation(signals.listing), name="signals"),
    path("signals/<int:id>/", operation(signal_card.page), name="signal"),
    path("signals/<int:id>/move/", signal_card.move, name="signal-move"),
    path("devices/", operation(devices.page), name="devices"),
    path("devices/<slug:code>/", operation(device.page), name="device"),
    path("devices/<slug:code>/versions/", operation(versions.page), name="versions"),
    path("devices/<slug:code>/rows/", operation(trace.page), name="trace"),
    path("devices/<slug:code>/months/", operation(months.of_device), name="device-months"),
    path("months/", operation(months.page), name="months"),
    path("months/<str:text>/<slug:code>/", operation(month.page), name="month"),
    path("months/<str:text>/<slug:code>.<slug:kind>", operation(month.file), name="month-file"),
    path("charts/<str:name>.svg", operation(charts.drawing), name="chart"),
    path("journal/", operation(journal.page), name="journal"),
    path("journal/<int:index>/", operation(batch.page), name="batch"),
    path("journal/<int:index>/receipt.json", operation(batch.receipt), name="batch-receipt"),
    path("login/", sessions.Login.as_view(), name="login"),
    path("logout/", sessions.Logout.as_view(), name="logout"),
    path("preferences/", sessions.preferences, name="preferences"),
    path("register/", require_safe(everyone(public.search)), name="register"),
    path("register/<slug:code>/", require_safe(everyone(public.card)), name="register-card"),
    path("receipt/", everyone(receipts.check_page), name="receipt"),
    path(
        "register/<slug:code>/history/",
        require_safe(everyone(register_history.page)),
        name="register-history",
    ),
    path("norms/", require_safe(everyone(norms.index)), name="norms"),
    path("norms/<str:key>", require_safe(everyone(norm_page.page)), name="norm"),
    path("qualify/", require_safe(everyone(qualify.start)), name="qualify"),
    path("qualify/anew/", everyone(qualify.anew), name="qualify-anew"),
    path("qualify/result/", require_safe(everyone(qualify.result)), name="qualify-result"),
    path("qualify/result.pdf", require_safe(everyone(qualify.result_pdf)), name="qualify-result-pdf"),
    path("qualify/<str:key>/", everyone(qualify.question), name="qualify-question"),
    path("law/class/", require_safe(everyone(law_tools.page)), name="law-class"),
    path("law/duty/", require_safe(everyone(law_tools_duty.page)), name="law-duty"),
    path("law/amendment/", require_safe(everyone(law_tools_amendment.page)), name="law-amendment"),
    *filing_urls.urlpatterns,
    path("problems/", require_safe(everyone(problems.index)), name="problems"),
    path("problems/<str:code>", require_safe(everyone(problems.one)), name="problem"),
    path("help/", require_safe(everyone(help.page)), name="help"),
]
