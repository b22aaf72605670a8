# What may go wrong with a connection although it works, by kind.
risk-plaintext = Nothing is encrypted: whoever is on the way can read every value and send false ones.
risk-plaintext-advice = Switch encryption on, at the other side first if need be.
risk-secret-in-plain = A password or token is sent readable to everyone on the way.
risk-secret-in-plain-advice = Switch TLS on, and then change it: it may be known already.
risk-shared-key = Whoever learns the shared secret can be this client.
risk-shared-key-advice = Use a client certificate where the other side can; else give every device a secret of its own.
risk-anonymous = The broker does not know who this client is, so it lets anyone in.
risk-anonymous-advice = Use a client certificate, and let the broker demand one.
risk-server-name-override = The broker is checked against another name than its host's: whoever holds a certificate for that name can stand in for it.
risk-server-name-override-advice = Give the broker a certificate for its own name, and remove the other name.
risk-system-authorities = Any authority that this system trusts may vouch for the broker.
risk-system-authorities-advice = Choose the CA file of the broker's own authority.
risk-no-revocation-list = A certificate of the broker that its authority has revoked would still be accepted.
risk-no-revocation-list-advice = Choose a revocation list, if the authority publishes one.
risk-key-readable = The private key is open to others on this machine.
risk-key-readable-advice = Make it readable for its owner only (chmod 600).
