# What the connection doctor found.
doctor-result = Result of the test
doctor-fails = It does not work yet. The step with the cross says why.
doctor-works-noticed = It works, and something is worth a look.
doctor-works = It works.
doctor-outdated = You have changed the form since this test. The result is of what was filled in before: test again.
doctor-expiry-over = First to end: { $what }, over.
doctor-expiry-today = First to end: { $what }, today.
doctor-expiry-days = { $days ->
    [one] First to end: { $what }, in { $days } day.
   *[other] First to end: { $what }, in { $days } days.
}
doctor-protection = Protection
doctor-grade = Security grade
# $letter: from A to D. $words: what it means.
doctor-grade-title = Security grade { $letter } of A (best) to D: { $words }
doctor-step-failed = failed
doctor-step-noticed = worked, worth a look
doctor-step-worked = worked
doctor-details = Details
doctor-details-of = Details of { $step }

# What a grade stands for.
doctor-grade-a = certificate identity
doctor-grade-b = shared key
doctor-grade-c = anonymous
doctor-grade-d = plaintext
# Names of steps that are no names of protocols.
doctor-name-subscribe = Subscribe
doctor-name-resource = Resource
doctor-name-clock = Clock
doctor-name-security = Security
# Before the program's own English words.
doctor-own-words = In the program's words:
