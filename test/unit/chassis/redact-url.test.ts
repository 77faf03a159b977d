import { expect } from 'chai';
import fc from 'fast-check';
import { redactUrl } from '../../../chassis/mysql.ts';

describe('a database URL as it is shown', () => {
  it('names user, host and database, not the password', () => {
    expect(redactUrl('mysql://root:s3cret@db:3306/shop')).to.equal('mysql://root:***@db:3306/shop');
    expect(redactUrl('mysql://root@db/shop')).to.equal('mysql://root@db/shop');
    expect(redactUrl('mysql://db:3306/shop')).to.equal('mysql://db:3306/shop');
  });

  it('never holds the password, escaped or not', () => {
    const secret = fc.string({ minLength: 1 }).map((text) => `PW${text}PW`);
    fc.assert(
      fc.property(secret, fc.boolean(), (password, escaped) => {
        const written = escaped ? encodeURIComponent(password) : password;
        expect(redactUrl(`mysql://u:${written}@host/db`)).to.not.include('PW');
        expect(redactUrl(`MariaDB://u:${written}@host/db`)).to.not.include('PW');
        expect(redactUrl(`mysql://:${written}@host/db`)).to.not.include('PW');
      }),
    );
  });

  it('holds no password of its query either', () => {
    expect(redactUrl('mysql://u@host/db?password=s3cret&ssl=1')).to.not.include('s3cret');
  });
});
