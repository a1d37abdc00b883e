-- migrate:up

-- Name and address of the signer as they were at the signature: the guest's address may be corrected before the certificate is made.
alter table ceremony add column signer_cipher bytea;

-- migrate:down
-- Nothing: migrations go forward only. dbmate asks for the block.
