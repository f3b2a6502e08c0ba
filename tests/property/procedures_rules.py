# SPDX-License-Identifier: Apache-2.0
"""The procedures told a second time, as plain text: what the independent model of their walks reads."""

from __future__ import annotations

SHARED = """
draft withdraw maker -> withdrawn : -all
* withdraw maker -> withdrawn : -all
standing_still withdraw maker -> withdrawn : -all
* stand_still desk -> standing_still : ~all/still
standing_still resume desk -> ^ : ^all/still
standing_still terminate head -> terminated : -all
"""
OBJECTIONS = """
notifying notify_negative registrar -> refusal_held : +protest
refusal_held object maker -> objecting : <protest -protest +hearing ~CAP/protest
refusal_held waive_objections maker -> deciding_refusal : -protest
refusal_held refuse head -> refused : >protest -protest -CAP
objecting uphold_objections registrar -> expertise : -hearing +opinion ^CAP/protest
objecting reject_objections head -> refused : -hearing -CAP
deciding_refusal refuse head -> refused : -CAP
tasking send_task registrar -> expertise : +opinion
expertise conclude_positive expert -> deciding : -opinion
expertise conclude_negative expert -> notifying : -opinion
"""
RULES = {
    "registration_simplified": SHARED + OBJECTIONS.replace("CAP", "limit") + """
draft submit maker -> checking : +check +limit
checking find_incomplete registrar -> curing : -check +cure ~limit/cure
checking find_complete registrar -> starting : -check +begin
curing cure maker -> checking : <cure -cure +check ^limit/cure
curing return_uncured registrar -> returned : >cure -cure -limit
starting find_incomplete registrar -> curing : -begin +cure ~limit/cure
starting start desk -> tasking : -begin
deciding register head -> registered : -limit
deciding refuse head -> refused : -limit
refused court_reversal head -> deciding :
returned court_reversal head -> starting : +begin +limit
registered court_reversal head -> annulled :
returned file_anew maker -> returned :
refused file_anew maker -> refused :
withdrawn file_anew maker -> withdrawn :
""",
    "registration_accelerated": SHARED + """
draft submit maker -> awaiting_paper :
awaiting_paper register_paper expert -> expertise : +study
expertise conclude_positive expert -> forwarded : -study
expertise conclude_negative expert -> correcting : -study +redo
correcting resubmit maker -> awaiting_paper : <redo -redo
correcting close_uncorrected head -> closed_uncorrected : >redo -redo
forwarded receive_positive registrar -> verifying : +verdict
verifying register head -> registered : -verdict
verifying refuse head -> refused : -verdict
refused court_reversal head -> verifying : +verdict
closed_uncorrected court_reversal head -> awaiting_paper :
registered court_reversal head -> annulled :
refused file_anew maker -> refused :
withdrawn file_anew maker -> withdrawn :
closed_uncorrected file_anew maker -> closed_uncorrected :
""",
    "amendment_version": SHARED + """
draft submit maker -> considering : +version
considering enter_version desk -> entered : -version
considering refuse desk -> refused : -version
considering reroute desk -> rerouted : -version
refused court_reversal head -> considering : +version
refused file_anew maker -> refused :
rerouted file_anew maker -> rerouted :
withdrawn file_anew maker -> withdrawn :
""",
    "amendment_plain": SHARED + """
draft submit maker -> considering : +plain
considering enter_amendment head -> entered : -plain
considering refuse head -> refused : -plain
considering return_filing registrar -> returned : -plain
considering reroute desk -> rerouted : -plain
refused court_reversal head -> considering : +plain
returned court_reversal head -> considering : +plain
refused file_anew maker -> refused :
returned file_anew maker -> returned :
rerouted file_anew maker -> rerouted :
withdrawn file_anew maker -> withdrawn :
""",
    "amendment_expertise": SHARED + OBJECTIONS.replace("CAP", "full") + """
draft submit maker -> checking : +full
checking start desk -> tasking :
checking return_filing registrar -> returned : -full
checking reroute desk -> rerouted : -full
expertise ask_applicant expert -> asking : once +relay
asking pass_question registrar -> answering : -relay +reply ~opinion/query ~full/query
answering answer maker -> expertise : <reply -reply ^opinion/query ^full/query
answering go_on_without_answer expert -> expertise : >reply -reply ^opinion/query ^full/query
deciding enter_amendment head -> entered : -full
deciding refuse head -> refused : -full
refused court_reversal head -> deciding :
returned court_reversal head -> checking : +full
refused file_anew maker -> refused :
returned file_anew maker -> returned :
rerouted file_anew maker -> rerouted :
withdrawn file_anew maker -> withdrawn :
""",
    "case": """
draft open_matter overseer -> analysing :
analysing confirm_deviation overseer -> deviation_confirmed :
analysing close_unconfirmed head -> unconfirmed :
deviation_confirmed inquire overseer -> inquiry : +inquiry
weighing inquire overseer -> inquiry : +inquiry
suspended inquire overseer -> hearing : once +inquiry
inquiry answer anymaker -> weighing : -inquiry
hearing answer anymaker -> suspended : -inquiry
inquiry go_on_without_answer overseer -> weighing : >inquiry -inquiry
hearing go_on_without_answer overseer -> suspended : >inquiry -inquiry
deviation_confirmed leave_in_use head -> left_in_use :
weighing leave_in_use head -> left_in_use :
weighing close_unconfirmed head -> unconfirmed :
deviation_confirmed suspend_at_once head -> suspended :
weighing issue_warning head -> warned :
weighing prescribe head -> prescribed :
warned prescribe head -> prescribed :
weighing accept_correction overseer -> correcting :
warned accept_correction overseer -> correcting :
prescribed accept_correction overseer -> correcting :
suspended ask_consent head -> consent_asked :
consent_asked note_consent overseer -> consented :
consent_asked note_consent_refused overseer -> suspended :
consented order_control head -> under_control :
under_control record_control inspector -> outcome :
suspended require_amendment head -> amendment_required :
outcome require_amendment head -> amendment_required :
amendment_required note_amendment registrar -> outcome :
suspended pass_to_cancellation head -> passed_to_cancellation :
outcome pass_to_cancellation head -> passed_to_cancellation :
amendment_required pass_to_cancellation head -> passed_to_cancellation :
suspended resume_use head -> resumed :
hearing resume_use head -> resumed : -inquiry
outcome resume_use head -> resumed :
inquiry uphold_complaint head -> deviation_confirmed : -inquiry
weighing uphold_complaint head -> weighing :
hearing court_reversal head -> reversed : -inquiry
hearing uphold_complaint head -> weighing : -inquiry
passed_to_cancellation court_reversal head -> reversed :
warned uphold_complaint head -> weighing :
warned note_cured overseer -> cured :
warned court_reversal head -> reversed :
prescribed uphold_complaint head -> weighing :
prescribed note_cured overseer -> cured :
prescribed court_reversal head -> reversed :
correcting uphold_complaint head -> weighing :
correcting note_cured overseer -> cured :
correcting court_reversal head -> reversed :
weighing suspend head -> suspended :
warned suspend head -> suspended :
prescribed suspend head -> suspended :
correcting suspend head -> suspended :
suspended uphold_complaint head -> weighing :
suspended court_reversal head -> reversed :
consent_asked uphold_complaint head -> weighing :
consent_asked court_reversal head -> reversed :
consented uphold_complaint head -> weighing :
consented court_reversal head -> reversed :
under_control uphold_complaint head -> weighing :
under_control court_reversal head -> reversed :
outcome uphold_complaint head -> weighing :
outcome court_reversal head -> reversed :
amendment_required uphold_complaint head -> weighing :
amendment_required court_reversal head -> reversed :
inquiry reject_complaint head -> inquiry :
inquiry recompute anymaker -> inquiry :
inquiry object anymaker -> inquiry :
inquiry complain anymaker -> inquiry :
weighing reject_complaint head -> weighing :
weighing recompute anymaker -> weighing :
weighing object anymaker -> weighing :
weighing complain anymaker -> weighing :
warned reject_complaint head -> warned :
warned recompute anymaker -> warned :
warned object anymaker -> warned :
warned complain anymaker -> warned :
prescribed reject_complaint head -> prescribed :
prescribed recompute anymaker -> prescribed :
prescribed object anymaker -> prescribed :
prescribed complain anymaker -> prescribed :
correcting reject_complaint head -> correcting :
correcting recompute anymaker -> correcting :
correcting object anymaker -> correcting :
correcting complain anymaker -> correcting :
suspended reject_complaint head -> suspended :
suspended recompute anymaker -> suspended :
suspended object anymaker -> suspended :
suspended complain anymaker -> suspended :
hearing reject_complaint head -> hearing :
hearing recompute anymaker -> hearing :
hearing object anymaker -> hearing :
hearing complain anymaker -> hearing :
consent_asked reject_complaint head -> consent_asked :
consent_asked recompute anymaker -> consent_asked :
consent_asked object anymaker -> consent_asked :
consent_asked complain anymaker -> consent_asked :
consented reject_complaint head -> consented :
consented recompute anymaker -> consented :
consented object anymaker -> consented :
consented complain anymaker -> consented :
under_control reject_complaint head -> under_control :
under_control recompute anymaker -> under_control :
under_control object anymaker -> under_control :
under_control complain anymaker -> under_control :
outcome reject_complaint head -> outcome :
outcome recompute anymaker -> outcome :
outcome object anymaker -> outcome :
outcome complain anymaker -> outcome :
amendment_required reject_complaint head -> amendment_required :
amendment_required recompute anymaker -> amendment_required :
amendment_required object anymaker -> amendment_required :
amendment_required complain anymaker -> amendment_required :
""",
    "cancellation": """
draft request_cancellation maker -> requested :
draft open_case overseer -> opened :
draft open_discrepancy overseer -> discrepancy :
requested cancel head -> cancelled :
requested keep head -> kept :
requested withdraw maker -> withdrawn :
opened ask_maker overseer -> maker_asked :
opened propose overseer -> proposed :
maker_asked answer anymaker -> proposed :
maker_asked go_on_without_answer overseer -> proposed :
proposed cancel head -> cancelled :
proposed keep head -> kept :
discrepancy notify_discrepancy registrar -> notified :
notified suspend head -> suspended :
notified keep head -> kept :
suspended note_amendment registrar -> amended :
suspended cancel head -> cancelled :
suspended court_reversal head -> kept :
amended resume_use head -> kept :
amended find_amendment_wanting head -> suspended :
requested stand_still desk -> standing_still :
opened stand_still desk -> standing_still :
maker_asked stand_still desk -> standing_still :
proposed stand_still desk -> standing_still :
discrepancy stand_still desk -> standing_still :
notified stand_still desk -> standing_still :
standing_still resume desk -> ^ :
standing_still keep head -> kept :
cancelled court_reversal head -> reinstated :
""",
}  # fmt: skip
